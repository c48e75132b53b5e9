//! Transactions, in one way for all commands that send any: planned, told, held to caps, confirmed, and only then signed.
//!
//! ```text
//! Planned, .. ──► Plan: fees, what they cost now and at most ──► told ──► confirmed: Approval ──► Sender::send
//! ```
//!
//! # Security
//! An endpoint names the chain, fees, gas and nonces, and may lie about each: about fees and gas up to the caps, after they were
//! told. What is signed is for one chain, and takes no more gas at no higher a price than was confirmed. An endpoint that tells of
//! a race for a nonce where there is none can have what may be repeated signed up to three times, within `--max-cost` in all.

use std::cell::Cell;
use std::io::IsTerminal as _;
use std::time::Duration;

use tensorproof_contracts::chain::{
    Caps, ChainError, Fees, Message, Receipt, Rpc, Signed, Transaction, Wallet,
};
use tensorproof_contracts::{Address, U256};

use super::Output;
use crate::cli::AccountArgs;
use crate::error::{Error, Result};
use crate::terminal::grouped;

/// Chains that live on one machine: the identifiers of anvil and hardhat, and of ganache and geth's own.
const LOCAL_CHAINS: [u64; 2] = [31_337, 1_337];
/// The most gas of one transaction (EIP-7825).
const MOST_GAS: u64 = tensorproof_contracts::evm::TRANSACTION_GAS_CAP;
/// How many times more gas than by our own measure an endpoint may estimate: rollups count the price of call data as gas.
const MOST_TIMES: u64 = 4;
/// The most transactions of an account that may wait; nodes keep as many. One that has to wait for more could be included at
/// any later time.
const MOST_WAITING: u64 = 64;
/// How often a transaction that may be repeated is signed: anew when another one of the account takes its nonce.
pub(super) const ATTEMPTS: u32 = 3;

/// Returns whether others are on a chain.
pub(super) fn is_public(chain: u64) -> bool {
    !LOCAL_CHAINS.contains(&chain)
}

/// A transaction that is to be sent.
pub(super) struct Planned {
    name: String,
    /// What it creates or calls.
    contract: Address,
    /// Whom it calls: of a creation the proxy that creates.
    to: Address,
    value: U256,
    /// Gas as the endpoint estimates.
    estimate: u64,
    /// Gas that it may take: a quarter more.
    limit: u64,
}

impl Planned {
    /// Plans a message that creates or calls `contract`, with the endpoint's estimate of its gas and our own measure.
    ///
    /// # Errors
    /// When the estimate is not to be believed, or over what a transaction may take.
    pub(super) fn new(
        name: &str,
        contract: Address,
        message: &Message,
        estimate: u64,
        own: u64,
    ) -> Result<Self> {
        for most in [MOST_GAS, own.saturating_mul(MOST_TIMES)] {
            if estimate > most {
                return Err(Error::GasEstimate { estimate, most });
            }
        }
        let limit = with_reserve(estimate);
        Ok(Self { name: name.to_owned(), contract, to: message.to, value: message.value, estimate, limit })
    }
}

fn with_reserve(estimate: u64) -> u64 {
    estimate.saturating_add(estimate / 4).min(MOST_GAS)
}

/// The transactions of a command, and what they cost.
pub(super) struct Plan {
    chain: u64,
    endpoint: String,
    account: Option<Address>,
    transactions: Vec<Planned>,
    caps: Caps,
    pub(super) fees: Fees,
    /// Gas of all transactions as the endpoint estimates.
    pub(super) gas: u64,
    /// What that costs at the present fees, in wei, what is paid with the calls not included.
    pub(super) cost: U256,
    /// The most that it can cost.
    most: U256,
    /// What is paid with the calls.
    value: U256,
}

impl Plan {
    /// Asks for the fees, tells what is about to be sent, and refuses what is over the caps.
    ///
    /// # Errors
    /// When a fee or the cost is over its cap, or the endpoint does not answer.
    pub(super) fn make(
        rpc: &Rpc,
        chain: u64,
        account: Option<Address>,
        transactions: Vec<Planned>,
        args: &AccountArgs,
        output: Output,
    ) -> Result<Self> {
        let caps = Caps { tip: args.max_priority_fee, fee: args.max_fee, cost: args.max_cost };
        let (fees, price) = if transactions.is_empty() {
            (Fees { most: caps.fee, tip: caps.tip }, 0)
        } else {
            let (base, tip) = rpc.fees()?;
            (Fees::within(base, tip, &caps)?, base.saturating_add(tip))
        };
        let sum =
            |each: fn(&Planned) -> U256| transactions.iter().map(each).fold(U256::ZERO, U256::saturating_add);
        let plan = Self {
            chain,
            endpoint: rpc.endpoint().to_owned(),
            account,
            caps,
            fees,
            gas: transactions.iter().map(|planned| planned.estimate).fold(0, u64::saturating_add),
            cost: sum(|planned| U256::from(planned.estimate)).saturating_mul(U256::from(price)),
            most: sum(|planned| U256::from(planned.limit)).saturating_mul(U256::from(fees.most)),
            value: sum(|planned| planned.value),
            transactions,
        };
        plan.tell(output);
        if plan.most > plan.caps.cost {
            return Err(Error::CostOverCap { cost: ether(plan.most), cap: ether(plan.caps.cost) });
        }
        Ok(plan)
    }

    fn tell(&self, output: Output) {
        let Self { chain, endpoint, transactions, fees, .. } = self;
        let head = format!("chain {chain} at {endpoint}");
        if transactions.is_empty() {
            output.terminal.say(&format!("{head}: everything is there"));
            return;
        }
        let account = self.account.map_or_else(String::new, |account| format!(", account {account}"));
        output.terminal.say(&format!("{head}{account}"));
        for Planned { name, contract, value, limit, .. } in transactions {
            let limit = grouped(limit);
            output.terminal.say(&format!("  {name}: {contract}{}, at most {limit} gas", pays(*value)));
        }
        output.terminal.say(&format!(
            "{} transactions, {} gas, {} ETH at the present fees; {} ETH at most, at {} gwei with a priority fee of {}{}",
            transactions.len(),
            grouped(self.gas),
            ether(self.cost),
            ether(self.most),
            gwei(fees.most),
            gwei(fees.tip),
            pays(self.value)
        ));
    }

    /// Checks that the account can pay, and asks whoever sits at the terminal before anything is sent on a public chain.
    ///
    /// # Errors
    /// When it cannot, or the answer is not yes.
    pub(super) fn confirm(self, sender: &Sender<'_>, output: Output) -> Result<Approval> {
        let needed = self.most.saturating_add(self.value);
        check_balance(sender.rpc, sender.wallet.address(), needed)?;
        let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if is_asked && !sender.args.yes && is_public(self.chain) && !self.transactions.is_empty() {
            let (chain, most) = (self.chain, ether(self.most));
            let question = format!(
                "chain {chain} is public, and takes {most} ETH at most{}: send? [y/N] ",
                pays(self.value)
            );
            let answer = output.terminal.ask(&question);
            let answer = answer.map_err(|source| Error::read("standard input".as_ref(), source))?;
            if !matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
                return Err(Error::Declined);
            }
        }
        let Self { transactions, fees, caps, .. } = self;
        Ok(Approval { transactions, fees, caps, signed: Cell::new(U256::ZERO) })
    }
}

/// Refuses to go on without so many wei.
pub(super) fn check_balance(rpc: &Rpc, account: Address, needed: U256) -> Result<()> {
    let balance = rpc.balance(account)?;
    if balance >= needed {
        return Ok(());
    }
    Err(Error::Balance { account: account.to_string(), balance: ether(balance), needed: ether(needed) })
}

/// What was confirmed, without which nothing is signed.
pub(super) struct Approval {
    transactions: Vec<Planned>,
    caps: Caps,
    pub(super) fees: Fees,
    /// The most that all that was signed can cost: also what had to be signed again.
    signed: Cell<U256>,
}

impl Approval {
    /// Returns the gas that a message may take.
    fn limit(&self, contract: Address, message: &Message) -> Result<u64> {
        let planned = self.transactions.iter().find(|planned| {
            planned.contract == contract && planned.to == message.to && planned.value == message.value
        });
        planned.map(|planned| planned.limit).ok_or(Error::NotConfirmed { contract: contract.to_string() })
    }

    /// Counts what a transaction can cost.
    fn count(&self, gas: u64) -> Result<()> {
        let cost = U256::from(gas).saturating_mul(U256::from(self.fees.most));
        let cost = self.signed.get().saturating_add(cost);
        if cost > self.caps.cost {
            return Err(Error::CostOverCap { cost: ether(cost), cap: ether(self.caps.cost) });
        }
        self.signed.set(cost);
        Ok(())
    }
}

/// An account on a chain.
pub(super) struct Sender<'a> {
    pub(super) rpc: &'a Rpc,
    pub(super) chain: u64,
    pub(super) wallet: &'a Wallet,
    pub(super) args: &'a AccountArgs,
    /// How often a transaction is signed at most; once where a second one would not do the same.
    pub(super) attempts: u32,
}

impl Sender<'_> {
    /// Sends a message that was confirmed for a contract and waits for it. `keep` gets the signed transaction before it is sent.
    pub(super) fn send(
        &self,
        approval: &Approval,
        contract: Address,
        message: &Message,
        keep: &mut dyn FnMut(&Signed) -> Result<()>,
    ) -> Result<(Signed, Receipt)> {
        let most = approval.limit(contract, message)?;
        let estimate = self.rpc.estimate(self.wallet.address(), message)?;
        if estimate > most {
            return Err(Error::GasEstimate { estimate, most });
        }
        let gas = with_reserve(estimate).min(most);
        let mut attempt = 1;
        loop {
            self.check_chain()?;
            let nonce = self.nonce()?;
            approval.count(gas)?;
            let fees = approval.fees;
            let transaction = Transaction { chain: self.chain, nonce, fees, gas, message: message.clone() };
            let signed = self.wallet.sign(&transaction)?;
            keep(&signed)?;
            let sent = match self.rpc.send(&signed.raw) {
                // Asked a second time, an endpoint says so of a transaction that is included by now.
                Err(error) if is_race(&error) && self.rpc.late_receipt(signed.hash)?.is_some() => Ok(()),
                sent => sent,
            };
            match sent.and_then(|()| self.wait(&signed)) {
                Ok(receipt) => return Ok((signed, receipt)),
                // Another program sends from the same account.
                Err(error) if attempt < self.attempts && is_race(&error) => attempt += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits for a transaction that was sent.
    pub(super) fn wait(&self, signed: &Signed) -> std::result::Result<Receipt, ChainError> {
        let account = (self.wallet.address(), signed.nonce);
        self.rpc.wait(signed.hash, account, self.args.confirmations, Duration::from_secs(self.args.timeout))
    }

    /// Refuses an endpoint that is on another chain by now than when it was asked first.
    fn check_chain(&self) -> Result<()> {
        let (expected, actual) = (self.chain, self.rpc.chain_id()?);
        if actual == expected {
            return Ok(());
        }
        Err(Error::WrongChain { endpoint: self.rpc.endpoint().to_owned(), expected, actual })
    }

    /// Returns the number of the account's transactions, those that wait included.
    fn nonce(&self) -> Result<u64> {
        let account = self.wallet.address();
        let (included, all) = (self.rpc.nonce(account, false)?, self.rpc.nonce(account, true)?);
        if all > included.saturating_add(MOST_WAITING) {
            let account = account.to_string();
            return Err(Error::Waiting { account, waiting: all - included, most: MOST_WAITING });
        }
        Ok(all)
    }
}

fn is_race(error: &ChainError) -> bool {
    match error {
        ChainError::Replaced { .. } => true,
        ChainError::Refused { message, .. } => {
            let message = message.to_ascii_lowercase();
            message.contains("nonce too low") || message.contains("replacement transaction underpriced")
        }
        _ => false,
    }
}

fn pays(value: U256) -> String {
    if value.is_zero() { String::new() } else { format!(", pays {} ETH", ether(value)) }
}

/// Returns an amount of wei in ether, to six digits after the point, rounded up.
pub(super) fn ether(wei: U256) -> String {
    millionths_of(wei, 1_000_000_000_000)
}

/// Returns a price in wei in gwei, to six digits after the point, rounded up.
fn gwei(wei: u128) -> String {
    millionths_of(U256::from(wei), 1_000)
}

/// Returns a number in units of a million times `part`, to six digits after the point, rounded up.
fn millionths_of(number: U256, part: u64) -> String {
    let part = U256::from(part);
    let millionths = number.saturating_add(part - U256::from(1)) / part;
    let (whole, rest) = (millionths / U256::from(1_000_000), millionths % U256::from(1_000_000));
    format!("{whole}.{:0>6}", rest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_ether() {
        let rows = [
            ("0", "0.000000"),
            ("1", "0.000001"),
            ("1000000000000000000", "1.000000"),
            ("1234567890123456789", "1.234568"),
        ];
        for (wei, expected) in rows {
            assert_eq!(ether(wei.parse().unwrap()), expected);
        }
    }

    #[test]
    fn estimates_are_believed_up_to_a_limit() {
        let (to, own) = (Address::repeat_byte(1), 1_000_000);
        let message = Message::new(to, Vec::new());
        for (estimate, own, limit) in [
            (800_000, own, Some(1_000_000)),
            (4_000_000, own, Some(5_000_000)),
            (4_000_001, own, None),
            (MOST_GAS, MOST_GAS, Some(MOST_GAS)),
            (MOST_GAS + 1, u64::MAX, None),
            (u64::MAX, u64::MAX, None),
        ] {
            let planned = Planned::new("call", to, &message, estimate, own).ok();
            assert_eq!(planned.map(|planned| planned.limit), limit, "{estimate}");
        }
    }
}
