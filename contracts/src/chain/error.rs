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
