//! `tensorproof bounty create`: verifiers, factory and bounty on a chain, with the reward.

use serde_json::{Value, json};
use tensorproof_contracts::bounty::{self, Factory, ModelTerms, Statement as Verifier, refusal, word};
use tensorproof_contracts::chain::{ChainError, Fees, Receipt, Signed, Step, check_proxy, read_code};
use tensorproof_contracts::{Address, U256, keccak256};
use tensorproof_r1cs::Fr;

use super::super::deploy;
use super::opening::Opening;
use super::send::{Session, cost_of};
use super::show::terms_json;
use super::{Output, check_value};
use crate::baby_jubjub;
use crate::bounty::{Folder, Kind, Statement, TestSet, setup};
use crate::build_dir::BuildDir;
use crate::cli::BountyCreateArgs;
use crate::error::{Error, Result};

pub(super) fn run(args: &BountyCreateArgs, output: Output) -> Result<()> {
    let folder = Folder::read(&args.folder)?;
    let test_set = TestSet::read(&args.test_set, &folder)?;
    let key = baby_jubjub::read_public(&args.key)?;
    let session = Session::open(&args.send, output)?;
    for kind in Kind::ALL {
        deploy::check_origin(&folder.dir(kind), session.chain, args.allow_dev_key, output)?;
    }
    check_proxy(&session.rpc, session.chain)?;
    let market = Market::new(&folder)?;
    let opening = Opening::of(&folder, session.chain);
    if !args.send.dry_run {
        let resumed = opening.resume(&session, output)?;
        opening.forget()?;
        if let Some((signed, receipt)) = resumed {
            return market.opened(&session, &signed, &receipt, (0, U256::ZERO), output);
        }
    }
    check_root(&folder, &test_set, output)?;

    let terms = || terms(args, &folder, &market, &session, test_set.root, key);
    let gas = market.estimate(&session, &terms()?)?;
    let (fees, cost) = session.plan(gas, args.reward, output)?;
    if args.send.dry_run {
        let json = json!({
            "bounty": null,
            "factory": market.factory.step.address.to_string(),
            "transaction": null,
            "gas": gas,
            "cost": cost.to_string(),
            "chain_id": session.chain,
            "terms": terms_json(&terms()?),
            "contracts": market.contracts(),
        });
        return output.result(&json, &format!("{} gas", crate::terminal::grouped(gas)));
    }
    let spent = market.create(&session, fees, output)?;
    // The times begin now, not when the first of the contracts was sent.
    let message = bounty::open(market.factory.step.address, &terms()?);
    let (signed, receipt) =
        session.transact("open", &message, fees, None, &mut |signed| opening.keep(signed), output)?;
    opening.forget()?;
    let spent = (spent.0 + receipt.gas_used, spent.1.saturating_add(cost_of(&receipt, fees)));
    market.opened(&session, &signed, &receipt, spent, output)
}

/// Computes the root of the test set, which nobody could reveal if it was another one.
fn check_root(folder: &Folder, test_set: &TestSet, output: Output) -> Result<()> {
    let work = || {
        let statement = Statement::open(folder, Kind::TestSet)?;
        let draft = statement.draft(test_set.inputs())?;
        check_value(&draft, "testSetRoot", "root in `testset.json`", word(&test_set.root))
    };
    output.terminal.stage("test set", work, |()| "has the root that `testset.json` says".to_owned())?;
    Ok(())
}

/// Returns what the host asks for, from now on.
fn terms(
    args: &BountyCreateArgs,
    folder: &Folder,
    market: &Market,
    session: &Session<'_>,
    root: Fr,
    key: [Fr; 2],
) -> Result<ModelTerms> {
    let commit_end = session.rpc.timestamp()?.saturating_add(args.commit_for);
    let reveal_end = commit_end.saturating_add(args.reveal_for);
    Ok(ModelTerms {
        host: session.wallet.address(),
        reward: args.reward,
        stake: args.stake,
        threshold: args.threshold,
        samples: folder.json.samples,
        ciphertext_length: folder.json.ciphertext_length,
        commit_end,
        reveal_end,
        proof_end: reveal_end.saturating_add(args.prove_for),
        turn: args.turn,
        architecture: folder.architecture()?,
        setup: setup(folder)?,
        test_set_root: word(&root),
        key: key.map(|coordinate| word(&coordinate)),
        statements: market.verifiers()?,
    })
}

/// The contracts that a bounty needs.
struct Market {
    factory: Factory,
    /// The folder of each record, and what it takes; the factory first.
    parts: Vec<(BuildDir, Vec<Step>)>,
}

impl Market {
    fn new(folder: &Folder) -> Result<Self> {
        let factory = Factory::new()?;
        let mut parts = vec![(BuildDir::new(&folder.root), vec![factory.step.clone()])];
        for kind in Kind::ALL {
            parts.push((folder.dir(kind), folder.verifier(kind)?));
        }
        Ok(Self { factory, parts })
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().flat_map(|(_, steps)| steps)
    }

    fn verifiers(&self) -> Result<[Verifier; 3]> {
        let verifiers = self.parts.iter().skip(1).filter_map(|(_, steps)| steps.last());
        let verifiers: Vec<Verifier> = verifiers
            .map(|step| Verifier { verifier: step.address, code_hash: keccak256(&step.code) })
            .collect();
        verifiers.try_into().map_err(|_| Error::Internal("a bounty has no three verifiers"))
    }

    fn contracts(&self) -> Vec<Value> {
        self.steps().map(|step| json!({ "name": step.name, "address": step.address.to_string() })).collect()
    }

    /// Returns the gas of all that is missing and of the opening, as if it was there.
    fn estimate(&self, session: &Session<'_>, terms: &ModelTerms) -> Result<u64> {
        let mut gas = 0;
        let mut missing: Vec<(Address, &[u8])> = Vec::new();
        for step in self.steps() {
            // The same key makes the same contract.
            let is_known = missing.iter().any(|(address, _)| *address == step.address);
            if !is_known && !read_code(&session.rpc, step)? {
                gas += session.estimate(&step.message(), None)?;
                missing.push((step.address, &step.code));
            }
        }
        let message = bounty::open(self.factory.step.address, terms);
        if missing.is_empty() {
            return session.estimate(&message, None);
        }
        let (address, code) = &self.factory.implementation;
        missing.push((*address, code));
        session.check_balance(message.value)?;
        let estimate = session.rpc.estimate_with(session.wallet.address(), &message, &missing);
        Ok(gas + estimate.map_err(|error| refusal(error, None))?)
    }

    /// Creates what is missing. Returns gas and cost.
    fn create(&self, session: &Session<'_>, fees: Fees, output: Output) -> Result<(u64, U256)> {
        let mut spent = (0, U256::ZERO);
        for (dir, steps) in &self.parts {
            for receipt in deploy::create_all(dir, steps, &session.sender(), fees, output)? {
                spent = (spent.0 + receipt.gas_used, spent.1.saturating_add(cost_of(&receipt, fees)));
            }
        }
        Ok(spent)
    }

    /// Tells of the bounty that a transaction opened.
    fn opened(
        &self,
        session: &Session<'_>,
        signed: &Signed,
        receipt: &Receipt,
        (gas, cost): (u64, U256),
        output: Output,
    ) -> Result<()> {
        let opened = self.factory.opened_by(receipt);
        let address = opened.map(|opened| opened.bounty).ok_or_else(|| ChainError::OtherCode {
            address: self.factory.step.address,
            what: "the factory".to_owned(),
            reason: format!("transaction {} opened nothing", signed.hash),
        })?;
        let terms = super::open(&session.rpc, address)?.terms()?;
        let json = json!({
            "bounty": address.to_string(),
            "factory": self.factory.step.address.to_string(),
            "transaction": signed.hash.to_string(),
            "gas": gas.max(receipt.gas_used),
            "cost": cost.to_string(),
            "chain_id": session.chain,
            "terms": terms_json(&terms),
            "contracts": self.contracts(),
        });
        output.result(&json, &address.to_string())
    }
}
