//! Who acts, what they run, and how it is told.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tensorproof::terminal::grouped;
use tensorproof_contracts::bounty::refusal;
use tensorproof_contracts::chain::{ChainError, Fees, Message, Receipt, Rpc, Signed, Transaction, Wallet};
use tensorproof_contracts::{Address, B256};

/// How long nobody looks into the pool.
const GLANCE: Duration = Duration::from_millis(20);

/// What goes wrong ends the story.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Somebody with an account.
#[derive(Clone, Copy)]
pub(crate) struct Actor {
    pub(crate) name: &'static str,
    key: &'static str,
}

/// Opens the bounties.
pub(crate) const HOST: Actor =
    Actor { name: "host", key: "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80" };
/// A hunter with a good model.
pub(crate) const ALICE: Actor =
    Actor { name: "alice", key: "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d" };
/// A hunter with a worse one.
pub(crate) const BOB: Actor =
    Actor { name: "bob", key: "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a" };
/// A hunter whose model knows nothing.
pub(crate) const MALLORY: Actor =
    Actor { name: "mallory", key: "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6" };
/// Somebody who reads all transactions, and sends them as its own.
pub(crate) const THIEF: Actor =
    Actor { name: "thief", key: "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a" };

/// Returns the accounts of all, which are the first ones of Foundry's development chains.
pub(crate) fn addresses() -> Result<Vec<Address>> {
    [HOST, ALICE, BOB, MALLORY, THIEF].iter().map(Actor::address).collect()
}

impl Actor {
    pub(crate) fn address(&self) -> Result<Address> {
        Ok(Wallet::from_hex(self.key)?.address())
    }
}

/// A program that is the command `tensorproof`, if its first argument is so.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) first: Option<&'static str>,
}

/// The files and the chain of a story, and where it is told.
pub(crate) struct Stage<'o> {
    out: &'o mut dyn Write,
    program: Program,
    url: String,
    /// The folder of everybody's files, where commands run.
    pub(crate) folder: TempDir,
    pub(crate) rpc: Rpc,
}

impl<'o> Stage<'o> {
    pub(crate) fn new(out: &'o mut dyn Write, program: Program, url: String) -> Result<Self> {
        let rpc = Rpc::new(&url)?;
        Ok(Self { out, program, url, folder: tempfile::tempdir()?, rpc })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads a JSON file.
    pub(crate) fn read(&self, name: &str) -> Result<Value> {
        Ok(serde_json::from_str(&std::fs::read_to_string(self.path(name))?)?)
    }

    /// Starts a chapter.
    pub(crate) fn chapter(&mut self, title: &str) -> Result<()> {
        Ok(writeln!(self.out, "\n{title}")?)
    }

    /// Tells something.
    pub(crate) fn say(&mut self, who: &str, what: &str) -> Result<()> {
        Ok(writeln!(self.out, "  {who:<9}{what}")?)
    }

    fn line(&mut self, who: &str, what: &str, gas: Option<u64>, started: Instant) -> Result<()> {
        let gas = gas.map_or_else(String::new, |gas| format!("{} gas", grouped(gas)));
        let seconds = started.elapsed().as_secs_f64();
        writeln!(self.out, "  {who:<9}{what:<66}{gas:>15}{seconds:>8.1} s")?;
        Ok(self.out.flush()?)
    }

    /// Starts a command, whose words have no spaces; `URL` stands for the endpoint.
    fn start(&self, who: Actor, command: &str) -> Result<Child> {
        let words =
            command.split_whitespace().map(|word| if word == "URL" { self.url.as_str() } else { word });
        let program = &self.program;
        let child = Command::new(&program.path)
            .args(program.first)
            .args(words)
            .arg("--json")
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("TENSORPROOF_PRIVATE_KEY", who.key)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(child)
    }

    fn run(&self, who: Actor, command: &str) -> Result<Output> {
        Ok(self.start(who, command)?.wait_with_output()?)
    }

    /// Somebody runs a command.
    ///
    /// # Errors
    /// When it fails.
    pub(crate) fn does(&mut self, who: Actor, what: &str, command: &str) -> Result<Value> {
        let started = Instant::now();
        let output = self.run(who, command)?;
        self.done(who, what, command, &output, started)
    }

    fn done(
        &mut self,
        who: Actor,
        what: &str,
        command: &str,
        output: &Output,
        started: Instant,
    ) -> Result<Value> {
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("`tensorproof {command}` failed: {message}").into());
        }
        let result: Value = serde_json::from_slice(&output.stdout)?;
        self.line(who.name, what, result["gas"].as_u64(), started)?;
        Ok(result)
    }

    /// Somebody runs a command that sends a transaction, which waits to be included until `meanwhile`, who sees it, is done.
    ///
    /// # Errors
    /// When one of both fails.
    pub(crate) fn does_seen(
        &mut self,
        who: Actor,
        what: &str,
        command: &str,
        meanwhile: impl FnOnce(&mut Self, &Value) -> Result<()>,
    ) -> Result<Value> {
        let started = Instant::now();
        let account = who.address()?.to_string();
        self.rpc.request("evm_setAutomine", &json!([false]))?;
        let mut child = self.start(who, command)?;
        let seen = loop {
            let pool = self.rpc.request("txpool_content", &json!([]))?;
            let senders = pool["pending"].as_object().into_iter().flatten();
            let mut own = senders.filter(|(sender, _)| sender.eq_ignore_ascii_case(&account));
            let sent = own.next().and_then(|(_, sent)| sent.as_object()?.values().next());
            if let Some(sent) = sent {
                break Some(sent.clone());
            }
            if child.try_wait()?.is_some() {
                break None;
            }
            thread::sleep(GLANCE);
        };
        let outcome = match &seen {
            Some(seen) => self.line(who.name, what, None, started).and_then(|()| meanwhile(self, seen)),
            None => Ok(()),
        };
        let mined = Instant::now();
        self.rpc.request("evm_mine", &json!([]))?;
        self.rpc.request("evm_setAutomine", &json!([true]))?;
        let output = child.wait_with_output()?;
        outcome?;
        self.done(who, "has the call included", command, &output, mined)
    }

    /// Somebody runs a command that must fail, with an error that says `expected`.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) fn fails(&mut self, who: Actor, what: &str, command: &str, expected: &str) -> Result<()> {
        let started = Instant::now();
        let output = self.run(who, command)?;
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let message = message.rsplit_once("error: ").map_or(message.as_str(), |(_, error)| error);
        let message = message.lines().next().unwrap_or_default().to_owned();
        if output.status.code() != Some(1) {
            return Err(format!("`tensorproof {command}` should have failed").into());
        }
        self.line(who.name, what, None, started)?;
        self.refused(&message, expected)
    }

    fn refused(&mut self, message: &str, expected: &str) -> Result<()> {
        if !message.contains(expected) {
            return Err(format!("expected `{expected}`, not: {message}").into());
        }
        // Addresses are told, hashes and elements are only shown to be others.
        let short = |word: &str| {
            if word.len() > 44 {
                format!("{}..", word.chars().take(10).collect::<String>())
            } else {
                word.to_owned()
            }
        };
        let words: Vec<String> = message.split(' ').map(short).collect();
        self.say("", &format!("refused: {}", words.join(" ")))
    }

    /// Somebody sends a message without the command.
    ///
    /// # Errors
    /// When it reverts.
    pub(crate) fn sends(&mut self, who: Actor, what: &str, message: Message) -> Result<Receipt> {
        let started = Instant::now();
        let account = who.address()?;
        let gas = self.rpc.estimate(account, &message)?;
        let signed = self.sign(who, message, gas + gas / 4, 1)?;
        self.rpc.send(&signed.raw)?;
        let timeout = Duration::from_mins(1);
        let receipt = self.rpc.wait(signed.hash, (account, signed.nonce), 1, timeout)?;
        self.line(who.name, what, Some(receipt.gas_used), started)?;
        Ok(receipt)
    }

    /// Signs a message, with so many times the usual tip.
    fn sign(&self, who: Actor, message: Message, gas: u64, times: u128) -> Result<Signed> {
        let wallet = Wallet::from_hex(who.key)?;
        let (base, tip) = self.rpc.fees()?;
        let transaction = Transaction {
            chain: self.rpc.chain_id()?,
            nonce: self.rpc.nonce(wallet.address(), true)?,
            fees: Fees::for_base(base, tip * times),
            gas,
            message,
        };
        Ok(wallet.sign(&transaction)?)
    }

    /// Somebody puts a message in the pool, which is to be included before those that are there.
    ///
    /// # Errors
    /// When it is not taken.
    pub(crate) fn sends_first(&mut self, who: Actor, message: Message, gas: u64) -> Result<B256> {
        let signed = self.sign(who, message, gas, 10)?;
        self.rpc.send(&signed.raw)?;
        Ok(signed.hash)
    }

    /// Somebody tries to send call data to a bounty, which must refuse it with an error that says `expected`.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) fn is_refused(
        &mut self,
        who: Actor,
        what: &str,
        message: &Message,
        expected: &str,
    ) -> Result<()> {
        let started = Instant::now();
        match self.rpc.estimate(who.address()?, message) {
            Ok(_) => Err(format!("{} should not have been able to: {what}", who.name).into()),
            Err(error @ ChainError::Refused { .. }) => {
                self.line(who.name, what, None, started)?;
                self.refused(&refusal(error, None).to_string(), expected)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Lets time pass on the chain.
    pub(crate) fn wait(&mut self, hours: u64) -> Result<()> {
        self.rpc.request("evm_increaseTime", &json!([hours * 3600]))?;
        self.rpc.request("evm_mine", &json!([]))?;
        let plural = if hours == 1 { "hour passes" } else { "hours pass" };
        Ok(writeln!(self.out, "  ... {hours} {plural}")?)
    }
}
