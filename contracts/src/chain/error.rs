//! What can go wrong on the way to a chain.

use std::path::PathBuf;

use revm::primitives::{Address, B256};

/// The errors of an endpoint, a key or a transaction.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The endpoint could not be reached, or what it sent is not an answer.
    #[error("`{method}` at {endpoint}: {reason}")]
    Endpoint {
        /// The method of JSON-RPC.
        method: &'static str,
        /// Scheme and host: the rest may hold a password.
        endpoint: String,
        /// What happened.
        reason: String,
    },
    /// The endpoint answered with an error.
    #[error("`{method}` at {endpoint} answered: {message} (code {code})")]
    Refused {
        /// The method of JSON-RPC.
        method: &'static str,
        /// Scheme and host.
        endpoint: String,
        /// The error's code.
        code: i64,
        /// The error's message.
        message: String,
        /// What a contract reverted with, as hexadecimal.
        data: Option<String>,
    },
    /// The URL is not one of an endpoint.
    #[error("the RPC URL is not usable: {reason}")]
    Url {
        /// Why not.
        reason: &'static str,
    },
    /// The key that pays is not one.
    #[error(
        "the private key is not usable: expected 32 bytes in hexadecimal, below the order of secp256k1 and not zero"
    )]
    PrivateKey,
    /// The keystore could not be opened.
    #[error("keystore `{path}`: {reason}")]
    Keystore {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The proxy that creates contracts is not on the chain.
    #[error("the deterministic deployment proxy {address} is not on chain {chain}")]
    NoProxy {
        /// Its address.
        address: Address,
        /// The chain's identifier.
        chain: u64,
    },
    /// There is other code than expected at an address.
    #[error("the code at {address} is not {what}: {reason}")]
    OtherCode {
        /// The address.
        address: Address,
        /// What was expected.
        what: String,
        /// What differs.
        reason: String,
    },
    /// The endpoint advises a higher tip than the caller pays.
    #[error("the endpoint asks for a priority fee of {} gwei, expected at most {}", gwei(*tip), gwei(*cap))]
    TipOverCap {
        /// The tip, in wei for a unit of gas.
        tip: u128,
        /// The most that is paid.
        cap: u128,
    },
    /// The endpoint names a higher fee than the caller pays.
    #[error("a unit of gas costs {} gwei as the endpoint says, expected at most {}", gwei(*fee), gwei(*cap))]
    FeeOverCap {
        /// Base fee and tip, in wei for a unit of gas.
        fee: u128,
        /// The most that is paid.
        cap: u128,
    },
    /// A transaction was included, and failed.
    #[error("transaction {hash} reverted")]
    Reverted {
        /// The transaction.
        hash: B256,
    },
    /// A transaction was not included in time.
    #[error("transaction {hash} was not included within {seconds} s; it may still be")]
    NotIncluded {
        /// The transaction.
        hash: B256,
        /// How long was waited.
        seconds: u64,
    },
    /// Another transaction of the account took the nonce.
    #[error("transaction {hash} was replaced: another one of the account has its nonce {nonce}")]
    Replaced {
        /// The transaction.
        hash: B256,
        /// The nonce.
        nonce: u64,
    },
}

/// Returns wei in gwei, exactly.
fn gwei(wei: u128) -> String {
    let (whole, rest) = (wei / 1_000_000_000, wei % 1_000_000_000);
    let rest = format!("{rest:09}");
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { whole.to_string() } else { format!("{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_gwei() {
        for (wei, text) in [
            (0, "0"),
            (1, "0.000000001"),
            (1_500_000_000, "1.5"),
            (30_000_000_000, "30"),
            (u128::MAX, "340282366920938463463374607431.768211455"),
        ] {
            assert_eq!(gwei(wei), text);
        }
    }
}
