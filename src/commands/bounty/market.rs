//! Opening a bounty of either kind: the contracts that it needs, then the transaction with the reward.

use serde_json::{Value, json};
use tensorproof_contracts::bounty::{Factory, OPENING_GAS, Statement as Verifier, refusal};
use tensorproof_contracts::chain::{ChainError, Message, Receipt, Signed, Step, check_proxy, read_code};
use tensorproof_contracts::{Address, U256, keccak256};

use super::super::deploy;
use super::super::sending::{Approval, Planned, check_balance};
use super::opening::Opening;
use super::pinned::Pinned;
use super::send::{Session, cost_of};
use super::show::terms_json;
use super::{Bounty, Output};
use crate::build_dir::BuildDir;
use crate::cli::BountyCreateArgs;
use crate::error::{Error, Result};
use crate::terminal::grouped;

/// The contracts that a bounty needs.
pub(super) struct Market {
    pub(super) factory: Factory,
    /// The folder of the factory's record.
    root: BuildDir,
    /// The folder of each verifier's record, and what it takes, the verifier last.
    verifiers: Vec<(BuildDir, Vec<Step>)>,
}

/// A bounty that is about to be opened.
pub(super) struct Opener<'a> {
    pub(super) session: Session<'a>,
    pub(super) market: Market,
    args: &'a BountyCreateArgs,
    opening: Opening,
    output: Output,
}

impl<'a> Opener<'a> {
    /// Connects to the chain; refuses keys, the proving keys of `dirs`, that are not fit for it.
    pub(super) fn new(
        args: &'a BountyCreateArgs,
        market: Market,
        dirs: &[BuildDir],
        output: Output,
    ) -> Result<Self> {
        let session = Session::open(&args.send, output)?;
        for dir in dirs {
            deploy::check_origin(dir, session.chain, args.allow_dev_key, output)?;
        }
        check_proxy(&session.rpc, session.chain)?;
        let opening = Opening::of(market.root.root(), session.chain);
        Ok(Self { session, market, args, opening, output })
    }

    /// Takes up the opening that an interrupted run has left, and tells of it. Returns whether there was one.
    pub(super) fn resume(&self) -> Result<bool> {
        if self.args.send.dry_run {
            return Ok(false);
        }
        let resumed = self.opening.resume(&self.session, self.output)?;
        self.opening.forget()?;
        match resumed {
            Some((signed, receipt)) => self.opened(&signed, &receipt, (0, U256::ZERO), None).map(|()| true),
            None => Ok(false),
        }
    }

    /// Creates what is missing and opens the bounty, or says what that would take. `terms` returns the call of the factory, and
    /// the terms as they are told, for a bounty that begins now.
    pub(super) fn open(&self, terms: &dyn Fn() -> Result<(Message, Value)>) -> Result<()> {
        let Self { session, market, output, .. } = self;
        let (message, told) = terms()?;
        let plan = session.plan(market.planned(session, &message)?, *output)?;
        if self.args.send.dry_run {
            let json = self.json(&Value::Null, (plan.gas, plan.cost), &told);
            return output.result(&json, &format!("{} gas", grouped(plan.gas)));
        }
        let approval = plan.confirm(&session.sender(), *output)?;
        let spent = market.create(session, &approval, *output)?;
        // The times begin now, not when the first of the contracts was sent.
        let (message, own) = terms()?;
        let mut keep = |signed: &Signed| self.opening.keep(signed);
        let factory = market.factory.step.address;
        let (signed, receipt) =
            session.transact(&approval, ("open", factory), &message, None, &mut keep, *output)?;
        self.opening.forget()?;
        let cost = spent.1.saturating_add(cost_of(&receipt, approval.fees));
        let spent = (spent.0.saturating_add(receipt.gas_used), cost);
        self.opened(&signed, &receipt, spent, Some(own))
    }

    /// Tells of the bounty that a transaction opened, with terms of ours where they are known, and keeps those for the reveal.
    fn opened(
        &self,
        signed: &Signed,
        receipt: &Receipt,
        (gas, cost): (u64, U256),
        own: Option<Value>,
    ) -> Result<()> {
        let factory = &self.market.factory;
        let opened = factory.opened_by(receipt);
        let address = opened.map(|opened| opened.bounty).ok_or_else(|| ChainError::OtherCode {
            address: factory.step.address,
            what: "the factory".to_owned(),
            reason: format!("transaction {} opened nothing", signed.hash),
        })?;
        let (told, is_model) = match super::open(&self.session.rpc, address)? {
            Bounty::Model(bounty) => (terms_json(&bounty.terms()?), true),
            Bounty::Compute(bounty) => (super::compute::terms_json(&bounty.terms()?), false),
        };
        if is_model {
            let folder = self.market.root.root();
            let pinned = Pinned::of(folder, self.session.chain, address, own.unwrap_or_else(|| told.clone()));
            if !pinned.compare()? {
                pinned.keep()?;
            }
            // Of a bounty with other terms than were signed the reward is not ours to tell.
            Pinned::of(folder, self.session.chain, address, told.clone()).compare()?;
        }
        let mut json = self.json(&address.to_string().into(), (gas.max(receipt.gas_used), cost), &told);
        json["transaction"] = signed.hash.to_string().into();
        self.output.result(&json, &address.to_string())
    }

    fn json(&self, bounty: &Value, (gas, cost): (u64, U256), terms: &Value) -> Value {
        json!({
            "kind": self.args.kind().to_string(),
            "bounty": bounty,
            "factory": self.market.factory.step.address.to_string(),
            "transaction": null,
            "gas": gas,
            "cost": cost.to_string(),
            "chain_id": self.session.chain,
            "terms": terms,
            "contracts": self.market.contracts(),
        })
    }
}

impl Market {
    /// Describes the factory, whose record is in `root`, and the verifiers.
    pub(super) fn new(root: BuildDir, verifiers: Vec<(BuildDir, Vec<Step>)>) -> Result<Self> {
        Ok(Self { factory: Factory::new()?, root, verifiers })
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        let verifiers = self.verifiers.iter().flat_map(|(_, steps)| steps);
        std::iter::once(&self.factory.step).chain(verifiers)
    }

    /// Returns the verifiers, as terms name them.
    pub(super) fn verifiers<const N: usize>(&self) -> Result<[Verifier; N]> {
        let verifiers = self.verifiers.iter().filter_map(|(_, steps)| steps.last());
        let verifiers: Vec<Verifier> = verifiers
            .map(|step| Verifier { verifier: step.address, code_hash: keccak256(&step.code) })
            .collect();
        verifiers.try_into().map_err(|_| Error::Internal("a bounty has another number of verifiers"))
    }

    fn contracts(&self) -> Vec<Value> {
        self.steps().map(|step| json!({ "name": step.name, "address": step.address.to_string() })).collect()
    }

    /// Plans the creation of all that is missing, and the opening, as if it was there.
    fn planned(&self, session: &Session<'_>, opening: &Message) -> Result<Vec<Planned>> {
        let mut planned = Vec::new();
        let mut missing: Vec<(Address, &[u8])> = Vec::new();
        for step in self.steps() {
            // The same key makes the same contract.
            let is_known = missing.iter().any(|(address, _)| *address == step.address);
            if !is_known && !read_code(&session.rpc, step)? {
                planned.push(deploy::creation(&session.rpc, step, session.wallet.address())?);
                missing.push((step.address, &step.code));
            }
        }
        let gas = if missing.is_empty() {
            session.estimate(opening, None)?
        } else {
            let Factory { implementation, compute, .. } = &self.factory;
            missing.extend([implementation, compute].map(|(address, code)| (*address, code.as_slice())));
            let account = session.wallet.address();
            check_balance(&session.rpc, account, opening.value)?;
            let estimate = session.rpc.estimate_with(account, opening, &missing);
            estimate.map_err(|error| refusal(error, None))?
        };
        // A second one would be paid for twice.
        let opening = Planned::new("open", self.factory.step.address, opening, gas, OPENING_GAS)?;
        planned.push(opening.with_named_value());
        Ok(planned)
    }

    /// Creates what is missing. Returns gas and cost.
    fn create(&self, session: &Session<'_>, approval: &Approval, output: Output) -> Result<(u64, U256)> {
        self.root.make()?;
        let factory = (self.root.clone(), vec![self.factory.step.clone()]);
        let mut spent = (0u64, U256::ZERO);
        for (dir, steps) in std::iter::once(&factory).chain(&self.verifiers) {
            for receipt in deploy::create_all(dir, steps, &session.sender(), approval, output)? {
                let cost = cost_of(&receipt, approval.fees);
                spent = (spent.0.saturating_add(receipt.gas_used), spent.1.saturating_add(cost));
            }
        }
        Ok(spent)
    }
}
