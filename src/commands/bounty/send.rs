//! Transactions of bounties, or what they would take.

use ark_std::rand::RngCore as _;
use ark_std::rand::rngs::OsRng;
use serde_json::{Map, Value, json};
use tensorproof_contracts::bounty::{Call, Phase, refusal};
use tensorproof_contracts::chain::{ChainError, Fees, Message, Receipt, Rpc, Signed, Wallet};
use tensorproof_contracts::{Address, ContractsError, U256, hex};

use super::super::account;
use super::super::sending::{Approval, Plan, Planned, Sender, check_balance};
use super::Output;
use crate::cli::SendArgs;
use crate::error::{Error, Result};
use crate::terminal::grouped;

/// Gas of a transaction that does nothing.
const TRANSACTION_GAS: u64 = 21_000;
/// The most gas of a byte of call data on Ethereum (EIP-7623).
const BYTE_GAS: u64 = 40;

/// A chain, and the account that sends there.
pub(super) struct Session<'a> {
    pub(super) rpc: Rpc,
    pub(super) chain: u64,
    pub(super) wallet: Wallet,
    pub(super) args: &'a SendArgs,
}

/// A call of a bounty that is to be sent.
pub(super) struct Intent {
    /// What it is called.
    pub(super) name: &'static str,
    pub(super) call: Call,
    /// Whom a sealed call pays, and how much.
    pub(super) pays: Option<(Address, U256)>,
    /// What is told of it besides.
    pub(super) details: Value,
}

impl<'a> Session<'a> {
    /// Connects to the chain and opens the account.
    pub(super) fn open(args: &'a SendArgs, output: Output) -> Result<Self> {
        let (rpc, chain) = account::connect(&args.rpc_url, &args.account)?;
        let wallet = account::open(&args.account, output)?;
        Ok(Self { rpc, chain, wallet, args })
    }

    pub(super) fn sender(&self) -> Sender<'_> {
        let (rpc, wallet, args) = (&self.rpc, &self.wallet, &self.args.account);
        Sender { rpc, chain: self.chain, wallet, args }
    }

    /// Returns the gas that a message takes; the error is the contract's own.
    pub(super) fn estimate(&self, message: &Message, phase: Option<Phase>) -> Result<u64> {
        // An endpoint would say it in its own words, or not at all.
        check_balance(&self.rpc, self.wallet.address(), message.value)?;
        let estimate = self.rpc.estimate(self.wallet.address(), message);
        Ok(estimate.map_err(|error| refusal(error, phase))?)
    }

    /// Computes the gas of a call that the endpoint is not to see. What it takes for the data, which rollups count in their own
    /// ways, is asked for with as many random bytes; what the receiver of the payment does, with the payment alone.
    ///
    /// # Errors
    /// When the receiver does not take the payment: the call would show its secret, and revert.
    fn computed(
        &self,
        bounty: Address,
        call: &Call,
        pays: Option<(Address, U256)>,
        length: usize,
    ) -> Result<u64> {
        let noise = Message::new(Address::ZERO, noise(length));
        let carried = self.rpc.estimate(self.wallet.address(), &noise)?;
        // What the data takes on Ethereum is part of our own measure.
        let known = TRANSACTION_GAS.saturating_add(BYTE_GAS.saturating_mul(length as u64));
        let mut gas = call.gas().saturating_add(carried.saturating_sub(known));
        if let Some((to, value)) = pays
            && !self.rpc.code(to)?.is_empty()
        {
            let payment = Message { to, value, data: Vec::new() };
            let paid = self.rpc.estimate(bounty, &payment);
            let paid = paid
                .map_err(|error| Error::PaymentRefused { to: to.to_string(), reason: error.to_string() })?;
            gas = gas.saturating_add(paid.saturating_sub(TRANSACTION_GAS));
        }
        Ok(gas)
    }

    /// Says what transactions take, and refuses what is over the caps.
    pub(super) fn plan(&self, planned: Vec<Planned>, output: Output) -> Result<Plan> {
        Plan::make(&self.rpc, self.chain, Some(self.wallet.address()), planned, &self.args.account, output)
    }

    /// Sends a message that was confirmed for a contract and waits for it. `keep` gets the signed transaction before it is sent.
    pub(super) fn transact(
        &self,
        approval: &Approval,
        (name, contract): (&str, Address),
        message: &Message,
        phase: Option<Phase>,
        keep: &mut dyn FnMut(&Signed) -> Result<()>,
        output: Output,
    ) -> Result<(Signed, Receipt)> {
        let send = || {
            self.sender().send(approval, contract, message, keep).map_err(|error| match error {
                // A receipt has no reason: now that its block is there, the call is refused for the same one.
                Error::Contracts(ContractsError::Chain(reverted @ ChainError::Reverted { .. })) => {
                    self.estimate(message, phase).err().unwrap_or(reverted.into())
                }
                Error::Contracts(ContractsError::Chain(error)) => refusal(error, phase).into(),
                error => error,
            })
        };
        let told = |(signed, receipt): &(Signed, Receipt)| {
            format!("transaction {}, {} gas", signed.hash, grouped(receipt.gas_used))
        };
        Ok(output.terminal.stage(name, send, told)?.0)
    }

    /// Sends a call of a bounty, or says what it would take, and prints the result with its details. `before` gets the signed
    /// transaction before it is sent.
    pub(super) fn call(
        &self,
        bounty: Address,
        Intent { name, call, pays, details }: &Intent,
        before: &mut dyn FnMut(&Signed) -> Result<()>,
        output: Output,
    ) -> Result<()> {
        let (message, phase) = (call.message(bounty), call.phase());
        let planned = if is_sealed(call) {
            let gas = self.computed(bounty, call, *pays, message.data.len())?;
            Planned::new(name, bounty, &message, gas, call.gas())?.sealed()
        } else {
            Planned::new(name, bounty, &message, self.estimate(&message, phase)?, call.gas())?
        };
        let plan = self.plan(vec![planned], output)?;
        let gas = plan.gas;
        let fees = plan.fees;
        let mut json = json!({
            "bounty": bounty.to_string(),
            "account": self.wallet.address().to_string(),
            "transaction": null,
            "gas": gas,
            "cost": plan.cost.to_string(),
            "value": message.value.to_string(),
            "chain_id": self.chain,
        });
        let mut text = format!("{} gas", grouped(gas));
        if self.args.dry_run {
            json["data"] = hex::encode_prefixed(&message.data).into();
        } else {
            let approval = plan.confirm(&self.sender(), output)?;
            let (signed, receipt) =
                self.transact(&approval, (name, bounty), &message, phase, before, output)?;
            text = signed.hash.to_string();
            json["transaction"] = signed.hash.to_string().into();
            json["gas"] = receipt.gas_used.into();
            json["cost"] = cost_of(&receipt, fees).to_string().into();
            json["receipt"] = receipt.json;
        }
        let details: Map<String, Value> = details.as_object().cloned().unwrap_or_default();
        for (key, value) in details {
            json[key] = value;
        }
        output.result(&json, &text)
    }
}

/// Returns whether a call bears what is only given for a reward: parameters, a test set, outputs. The others bear a salted hash, a
/// count with a proof that shows nothing else, or whom to pay.
fn is_sealed(call: &Call) -> bool {
    !matches!(
        call,
        Call::Commit { .. }
            | Call::Cancel { .. }
            | Call::Submit { .. }
            | Call::Advance
            | Call::Refund { .. }
            | Call::Reclaim { .. }
            | Call::ReclaimExpired { .. }
    )
}

/// Returns bytes that tell nothing, none of them zero, which takes the most gas.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    OsRng.fill_bytes(&mut bytes);
    for byte in &mut bytes {
        *byte = (*byte).max(1);
    }
    bytes
}

/// Returns what a transaction cost, in wei.
pub(super) fn cost_of(receipt: &Receipt, fees: Fees) -> U256 {
    let text = receipt.json["effectiveGasPrice"].as_str().unwrap_or_default().trim_start_matches("0x");
    let price = U256::from_str_radix(text, 16).unwrap_or_default().min(U256::from(fees.most));
    price.saturating_mul(U256::from(receipt.gas_used))
}
