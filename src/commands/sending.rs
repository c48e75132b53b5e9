//! Transactions, in one way for all commands that send any: planned, told, held to caps, confirmed, and only then signed.
//!
//! ```text
//! Planned, .. ──► Plan: fees, what they cost now and at most ──► told ──► confirmed: Approval ──► Sender::send
//! ```
//!
//! # Security
//! An endpoint names the chain, fees, gas and nonces, and may lie about each: about fees and gas up to the caps, after they were
//! told. What is signed is for one chain, and takes no more gas at no higher a price than was confirmed. An endpoint that tells of
//! a race for a nonce where there is none can have what may be repeated signed twice, which is part of the most that a plan tells.
//! Amounts that an endpoint names, as a stake, have a cap of their own. Calls that bear secrets are sealed: no endpoint sees them
//! before they were confirmed and are sent.

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
const ATTEMPTS: u32 = 2;
/// The most wei that are paid with calls where an endpoint names the amount, and nobody has said how much it may be.
const MOST_VALUE: u64 = 1_000_000_000_000_000_000;

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
    /// Gas as the endpoint estimates, or as it was computed for a sealed one.
    estimate: u64,
    /// Gas that it may take: a quarter more.
    limit: u64,
    /// How often it is signed at most.
    attempts: u32,
    /// Whether whoever sends it has named the value; else an endpoint has.
    is_value_named: bool,
    /// Whether no endpoint sees the call before it is sent.
    is_sealed: bool,
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
        Ok(Self {
            name: name.to_owned(),
            contract,
            to: message.to,
            value: message.value,
            estimate,
            limit,
            attempts: 1,
            is_value_named: false,
            is_sealed: false,
        })
    }

    /// Allows to sign it once more when another transaction of the account takes its nonce: a second one does the same.
    pub(super) fn repeatable(self) -> Self {
        Self { attempts: ATTEMPTS, ..self }
    }

    /// Says that whoever sends it has named its value.
    pub(super) fn with_named_value(self) -> Self {
        Self { is_value_named: true, ..self }
    }

    /// Says that the call bears a secret: no endpoint is asked about it, and its gas was computed.
    pub(super) fn sealed(self) -> Self {
        Self { is_sealed: true, ..self }
    }

    /// The most gas of all that may be signed for it.
    fn most_gas(&self) -> U256 {
        U256::from(self.limit).saturating_mul(U256::from(self.attempts))
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
    pub(super) fees: Fees,
    /// Gas of all transactions as the endpoint estimates, or as it was computed.
    pub(super) gas: u64,
    /// What that costs at the present fees, in wei, what is paid with the calls not included.
    pub(super) cost: U256,
    /// The most that it can cost when each is signed once.
    once: U256,
    /// The most that all that may be signed can cost.
    most: U256,
    /// What is paid with the calls.
    value: U256,
    /// The part of it that the endpoint names.
    told_value: U256,
}

impl Plan {
    /// Asks for the fees, tells what is about to be sent, and refuses what is over the caps.
    ///
    /// # Errors
    /// When a fee, the cost, or what the endpoint asks to be paid is over its cap, or the endpoint does not answer.
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
        let price_of = |gas: U256, price: u128| gas.saturating_mul(U256::from(price));
        let plan = Self {
            chain,
            endpoint: rpc.endpoint().to_owned(),
            account,
            fees,
            gas: transactions.iter().map(|planned| planned.estimate).fold(0, u64::saturating_add),
            cost: price_of(sum(|planned| U256::from(planned.estimate)), price),
            once: price_of(sum(|planned| U256::from(planned.limit)), fees.most),
            most: price_of(sum(Planned::most_gas), fees.most),
            value: sum(|planned| planned.value),
            told_value: sum(|planned| if planned.is_value_named { U256::ZERO } else { planned.value }),
            transactions,
        };
        plan.tell(output);
        if plan.most > caps.cost {
            return Err(Error::CostOverCap { cost: ether(plan.most), cap: ether(caps.cost) });
        }
        let cap = args.max_value.unwrap_or(U256::from(MOST_VALUE));
        if plan.told_value > cap {
            return Err(Error::ValueOverCap { value: ether(plan.told_value), cap: ether(cap) });
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
        for Planned { name, contract, value, limit, is_sealed, .. } in transactions {
            let (limit, pays) = (grouped(limit), pays(*value));
            let computed = if *is_sealed {
                ", computed here: the endpoint does not see the call before it is sent"
            } else {
                ""
            };
            output.terminal.say(&format!("  {name}: {contract}{pays}, at most {limit} gas{computed}"));
        }
        let repeated = if transactions.iter().any(|planned| planned.attempts > 1) {
            " should each have to be signed twice"
        } else {
            ""
        };
        output.terminal.say(&format!(
            "{} transactions, {} gas, {} ETH at the present fees; {} ETH at most{repeated}, at {} gwei with a priority fee of {}{}",
            transactions.len(),
            grouped(self.gas),
            ether(self.cost),
            ether(self.most),
            gwei(fees.most),
            gwei(fees.tip),
            pays(self.value)
        ));
    }

    /// Checks that the account can pay. On a public chain somebody has to say yes before anything is sent: at the terminal, or
    /// beforehand, by `--yes`.
    ///
    /// # Errors
    /// When it cannot, the answer is not yes, or there is nobody to ask.
    pub(super) fn confirm(self, sender: &Sender<'_>, output: Output) -> Result<Approval> {
        let needed = self.once.saturating_add(self.value);
        check_balance(sender.rpc, sender.wallet.address(), needed)?;
        if is_public(self.chain) && !self.transactions.is_empty() {
            self.agree(sender.args, output)?;
        }
        let Self { transactions, fees, most, .. } = self;
        Ok(Approval { transactions, fees, most, signed: Cell::new(U256::ZERO) })
    }

    fn agree(&self, args: &AccountArgs, output: Output) -> Result<()> {
        let chain = self.chain;
        if args.yes {
            // Nobody has seen what the endpoint asks for.
            return if self.told_value.is_zero() || args.max_value.is_some() {
                Ok(())
            } else {
                Err(Error::ValueNotNamed { value: ether(self.told_value) })
            };
        }
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return Err(Error::NobodyToAsk { chain });
        }
        let (most, pays) = (ether(self.most), pays(self.value));
        let question = format!("chain {chain} is public, and takes {most} ETH at most{pays}: send? [y/N] ");
        let answer = output.terminal.ask(&question);
        let answer = answer.map_err(|source| Error::read("standard input".as_ref(), source))?;
        if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
            Ok(())
        } else {
            Err(Error::Declined)
        }
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
    pub(super) fees: Fees,
    /// The most that all transactions may cost, as the plan told.
    most: U256,
    /// The most that all that was signed can cost: also what had to be signed again.
    signed: Cell<U256>,
}

impl Approval {
    /// Returns what was planned for a message.
    fn planned(&self, contract: Address, message: &Message) -> Result<&Planned> {
        let planned = self.transactions.iter().find(|planned| {
            planned.contract == contract && planned.to == message.to && planned.value == message.value
        });
        planned.ok_or(Error::NotConfirmed { contract: contract.to_string() })
    }

    /// Counts what a transaction can cost.
    fn count(&self, gas: u64) -> Result<()> {
        let cost = U256::from(gas).saturating_mul(U256::from(self.fees.most));
        let cost = self.signed.get().saturating_add(cost);
        if cost > self.most {
            return Err(Error::CostOverPlan { cost: ether(cost), most: ether(self.most) });
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
        let planned = approval.planned(contract, message)?;
        let most = planned.limit;
        let gas = if planned.is_sealed {
            most
        } else {
            let estimate = self.rpc.estimate(self.wallet.address(), message)?;
            if estimate > most {
                return Err(Error::GasEstimate { estimate, most });
            }
            with_reserve(estimate).min(most)
        };
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
                Err(error) if attempt < planned.attempts && is_race(&error) => attempt += 1,
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
    fn no_more_is_signed_than_was_planned() {
        let (to, message) = (Address::repeat_byte(1), Message::new(Address::repeat_byte(1), Vec::new()));
        let planned = Planned::new("call", to, &message, 80, 80).unwrap();
        for (planned, times) in
            [(planned, 1), (Planned::new("call", to, &message, 80, 80).unwrap().repeatable(), 2)]
        {
            // Far below any cap.
            let fees = Fees { most: 3, tip: 1 };
            let most = planned.most_gas() * U256::from(fees.most);
            let approval =
                Approval { transactions: vec![planned], fees, most, signed: Cell::new(U256::ZERO) };
            let signed = (0..5).take_while(|_| approval.count(100).is_ok()).count();
            assert_eq!(signed, times);
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
