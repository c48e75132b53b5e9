//! Transactions of bounties, or what they would take.

use serde_json::{Map, Value, json};
use tensorproof_contracts::bounty::{Call, Phase, refusal};
use tensorproof_contracts::chain::{ChainError, Fees, Message, Receipt, Rpc, Signed, Wallet};
use tensorproof_contracts::{Address, ContractsError, U256, hex};

use super::super::account::{self, Sender};
use super::super::deploy::ether;
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
        self.check_balance(message.value)?;
        let estimate = self.rpc.estimate(self.wallet.address(), message);
        Ok(estimate.map_err(|error| refusal(error, phase))?)
    }

    /// Refuses to go on without so many wei.
    pub(super) fn check_balance(&self, needed: U256) -> Result<()> {
        let balance = self.rpc.balance(self.wallet.address())?;
        if balance >= needed {
            return Ok(());
        }
        let account = self.wallet.address().to_string();
        Err(Error::Balance { account, balance: ether(balance), needed: ether(needed) })
    }

    /// Says what transactions take, and refuses what the account cannot pay. Returns the fees, and the cost in wei at the present
    /// ones.
    pub(super) fn plan(&self, gas: u64, value: U256, output: Output) -> Result<(Fees, U256)> {
        let (base, tip) = self.rpc.fees()?;
        let fees = Fees::for_base(base, tip);
        let cost = U256::from(gas).saturating_mul(U256::from(base.saturating_add(tip)));
        let most = U256::from(gas + gas / 4).saturating_mul(U256::from(fees.most));
        let (chain, endpoint) = (self.chain, self.rpc.endpoint());
        let pays = if value.is_zero() { String::new() } else { format!(", pays {} ETH", ether(value)) };
        output.terminal.say(&format!(
            "chain {chain} at {endpoint}: {} gas, {} ETH at the present fees{pays}",
            grouped(gas),
            ether(cost)
        ));
        self.check_balance(most.saturating_add(value))?;
        Ok((fees, cost))
    }

    /// Sends a message and waits for it. `keep` gets the signed transaction before it is sent.
    pub(super) fn transact(
        &self,
        name: &str,
        message: &Message,
        fees: Fees,
        phase: Option<Phase>,
        keep: &mut dyn FnMut(&Signed) -> Result<()>,
        output: Output,
    ) -> Result<(Signed, Receipt)> {
        let send = || {
            self.sender().send(message, fees, keep).map_err(|error| match error {
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
        let (fees, cost) = self.plan(gas, message.value, output)?;
        let mut json = json!({
            "bounty": bounty.to_string(),
            "account": self.wallet.address().to_string(),
            "transaction": null,
            "gas": gas,
            "cost": cost.to_string(),
            "value": message.value.to_string(),
            "chain_id": self.chain,
        });
        let mut text = format!("{} gas", grouped(gas));
        if self.args.dry_run {
            json["data"] = hex::encode_prefixed(&message.data).into();
        } else {
            let (signed, receipt) = self.transact(name, &message, fees, phase, &mut |_| Ok(()), output)?;
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
