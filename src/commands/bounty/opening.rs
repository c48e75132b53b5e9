//! `opening.json`: the transaction that opens a bounty, kept until it is included, so that a run that was interrupted deposits no
//! second reward.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tensorproof_contracts::chain::{ChainError, Receipt, Signed};
use tensorproof_contracts::hex;

use super::super::deployment::read_signed;
use super::Output;
use super::send::Session;
use crate::build_dir::replace_file;
use crate::error::{Error, Result};

/// The file of a folder, for a chain.
pub(super) struct Opening {
    path: PathBuf,
    chain: u64,
}

impl Opening {
    pub(super) fn of(folder: &Path, chain: u64) -> Self {
        Self { path: folder.join("opening.json"), chain }
    }

    /// Keeps a transaction before it is sent.
    pub(super) fn keep(&self, signed: &Signed) -> Result<()> {
        let json = json!({
            "chain_id": self.chain,
            "hash": signed.hash.to_string(),
            "nonce": signed.nonce,
            "raw": hex::encode_prefixed(&signed.raw),
        });
        let text = format!("{json:#}\n");
        replace_file(&self.path, |writer| writer.write_all(text.as_bytes()))
    }

    /// Forgets a transaction that is included, or never will be.
    pub(super) fn forget(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::write(&self.path, error))
            }
            _ => Ok(()),
        }
    }

    /// Takes up the transaction that an interrupted run has left: sends it again, which is no second one as its nonce is the
    /// same, and waits for it. Returns nothing if there is none, or if another one has taken its nonce.
    ///
    /// # Errors
    /// Also when it is of another account or chain, or is not included in time: it may still be, so that the file stays.
    pub(super) fn resume(&self, session: &Session<'_>, output: Output) -> Result<Option<(Signed, Receipt)>> {
        let Some(signed) = self.read()? else {
            return Ok(None);
        };
        let (found, expected) = (signed.account, session.wallet.address());
        if found != expected {
            let reason = format!("has a transaction of {found}, expected one of {expected}, or no such file");
            return Err(Error::Malformed { path: self.path.clone(), reason });
        }
        output.terminal.say(&format!("taking up transaction {}", signed.hash));
        if let Some(receipt) = session.rpc.receipt(signed.hash)?.filter(|receipt| receipt.success) {
            return Ok(Some((signed, receipt)));
        }
        match session.rpc.send(&signed.raw) {
            // Whatever the reason is, what was signed stays valid: only another transaction of its nonce ends it.
            Ok(()) | Err(ChainError::Refused { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        match session.sender().wait(&signed) {
            Ok(receipt) => Ok(Some((signed, receipt))),
            Err(ChainError::Replaced { .. } | ChainError::Reverted { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the transaction, if there is one.
    fn read(&self) -> Result<Option<Signed>> {
        if !self.path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&self.path).map_err(|source| Error::read(&self.path, source))?;
        let malformed = |reason: String| Error::Malformed { path: self.path.clone(), reason };
        let json: Value = tensorproof_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        let chain = json["chain_id"].as_u64();
        if chain != Some(self.chain) {
            let found = chain.map_or_else(|| "no chain".to_owned(), |chain| format!("chain {chain}"));
            return Err(malformed(format!(
                "has a transaction of {found}, expected {}: on its own chain it is taken up, or given up",
                self.chain
            )));
        }
        read_signed(&json).map(Some).ok_or_else(|| malformed("has no transaction".to_owned()))
    }
}
