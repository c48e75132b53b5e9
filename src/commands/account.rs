//! The account that pays, and the transactions it sends.

use std::io::IsTerminal as _;
use std::time::Duration;

use tensorproof_contracts::chain::{ChainError, Fees, Message, Receipt, Rpc, Signed, Transaction, Wallet};

use super::Output;
use crate::cli::AccountArgs;
use crate::error::{Error, Result};

/// The variable that may hold the private key.
const VARIABLE: &str = "TENSORPROOF_PRIVATE_KEY";
/// The most gas of one transaction (EIP-7825).
const MOST_GAS: u64 = tensorproof_contracts::evm::TRANSACTION_GAS_CAP;
/// How often a transaction that may be repeated is signed: anew when another one of the account takes its nonce.
pub(super) const ATTEMPTS: u32 = 3;

/// Returns the endpoint and its chain, which must be the one that was asked for.
pub(super) fn connect(url: &str, args: &AccountArgs) -> Result<(Rpc, u64)> {
    let rpc = Rpc::new(url)?;
    let actual = rpc.chain_id()?;
    match args.chain_id {
        Some(expected) if expected != actual => {
            Err(Error::WrongChain { endpoint: rpc.endpoint().to_owned(), expected, actual })
        }
        _ => Ok((rpc, actual)),
    }
}

/// Opens the account: a keystore, a key on the command line, in the environment, or typed in.
pub(super) fn open(args: &AccountArgs, output: Output) -> Result<Wallet> {
    if let Some(path) = &args.keystore {
        let password = match &args.password_file {
            Some(file) => std::fs::read_to_string(file).map_err(|source| Error::read(file, source))?,
            None => prompt("password of the keystore: ")?,
        };
        return Ok(Wallet::from_keystore(path, password.trim_end_matches(['\r', '\n']))?);
    }
    if let Some(key) = &args.private_key {
        output.terminal.warn(
            "`--private-key` leaves the key in the shell's history and in the list of processes: use `--keystore`",
        );
        return Ok(Wallet::from_hex(key)?);
    }
    match std::env::var(VARIABLE) {
        Ok(key) => Ok(Wallet::from_hex(&key)?),
        Err(_) => Ok(Wallet::from_hex(&prompt("private key: ")?)?),
    }
}

/// Returns whether there is a key to be had without asking anybody.
pub(super) fn is_given(args: &AccountArgs) -> bool {
    args.private_key.is_some()
        || args.password_file.is_some()
        || std::env::var_os(VARIABLE).is_some()
        || std::io::stdin().is_terminal()
}

fn prompt(text: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::NoKey { variable: VARIABLE });
    }
    rpassword::prompt_password(text).map_err(|source| Error::read("standard input".as_ref(), source))
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
    /// Sends a call of a contract and waits for it. `keep` gets the signed transaction before it is sent.
    pub(super) fn send(
        &self,
        message: &Message,
        fees: Fees,
        keep: &mut dyn FnMut(&Signed) -> Result<()>,
    ) -> Result<(Signed, Receipt)> {
        let estimate = self.rpc.estimate(self.wallet.address(), message)?;
        let gas = gas_limit(estimate)?;
        let mut attempt = 1;
        loop {
            let transaction = Transaction {
                chain: self.chain,
                nonce: self.rpc.nonce(self.wallet.address(), true)?,
                fees,
                gas,
                message: message.clone(),
            };
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
}

/// Returns the gas to allow for an estimate: a quarter more.
pub(super) fn gas_limit(estimate: u64) -> Result<u64> {
    let limit = estimate.saturating_add(estimate / 4);
    if estimate > MOST_GAS {
        return Err(Error::GasEstimate { estimate, most: MOST_GAS });
    }
    Ok(limit.min(MOST_GAS))
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
