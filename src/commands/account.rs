//! The account that pays, and the chain that it is on.

use std::io::IsTerminal as _;

use tensorproof_contracts::chain::{Rpc, Wallet};

use super::Output;
use crate::cli::AccountArgs;
use crate::error::{Error, Result};

/// The variable that may hold the private key.
const VARIABLE: &str = "TENSORPROOF_PRIVATE_KEY";

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

/// Returns whether there is a key to be had, if by asking who sits at the terminal.
pub(super) fn is_given(args: &AccountArgs) -> bool {
    is_at_hand(args) || std::io::stdin().is_terminal()
}

/// Returns whether there is a key to be had without asking anybody.
pub(super) fn is_at_hand(args: &AccountArgs) -> bool {
    let is_open = args.keystore.is_none() && std::env::var_os(VARIABLE).is_some();
    args.private_key.is_some() || args.password_file.is_some() || is_open
}

fn prompt(text: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::NoKey { variable: VARIABLE });
    }
    rpassword::prompt_password(text).map_err(|source| Error::read("standard input".as_ref(), source))
}
