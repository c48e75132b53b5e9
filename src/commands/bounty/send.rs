//! Transactions of bounties, or what they would take.

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

/// A chain, and the account that sends there.
pub(super) struct Session<'a> {
    pub(super) rpc: Rpc,
    pub(super) chain: u64,
    pub(super) wallet: Wallet,
    pub(super) args: &'a SendArgs,
}

impl<'a> Session<'a> {
    /// Connects to the chain and opens the account.
    pub(super) fn open(args: &'a SendArgs, output: Output) -> Result<Self> {
        let (rpc, chain) = account::connect(&args.rpc_url, &args.account)?;
        let wallet = account::open(&args.account, output)?;
        Ok(Self { rpc, chain, wallet, args })
    }

    pub(super) fn sender(&self) -> Sender<'_> {
        // A second one of these could be paid for twice.
        let (rpc, wallet, args) = (&self.rpc, &self.wallet, &self.args.account);
        Sender { rpc, chain: self.chain, wallet, args, attempts: 1 }
    }

    /// Returns the gas that a message takes; the error is the contract's own.
    pub(super) fn estimate(&self, message: &Message, phase: Option<Phase>) -> Result<u64> {
        // An endpoint would say it in its own words, or not at all.
        check_balance(&self.rpc, self.wallet.address(), message.value)?;
        let estimate = self.rpc.estimate(self.wallet.address(), message);
        Ok(estimate.map_err(|error| refusal(error, phase))?)
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

    /// Sends a call of a bounty, or says what it would take, and prints the result with `details`.
    pub(super) fn call(
        &self,
        bounty: Address,
        name: &str,
        call: &Call,
        details: &Value,
        output: Output,
    ) -> Result<()> {
        let (message, phase) = (call.message(bounty), call.phase());
        let gas = self.estimate(&message, phase)?;
        let plan = self.plan(vec![Planned::new(name, bounty, &message, gas, call.gas())?], output)?;
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
                self.transact(&approval, (name, bounty), &message, phase, &mut |_| Ok(()), output)?;
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

/// Returns what a transaction cost, in wei.
pub(super) fn cost_of(receipt: &Receipt, fees: Fees) -> U256 {
    let text = receipt.json["effectiveGasPrice"].as_str().unwrap_or_default().trim_start_matches("0x");
    let price = U256::from_str_radix(text, 16).unwrap_or_default().min(U256::from(fees.most));
    price.saturating_mul(U256::from(receipt.gas_used))
}
