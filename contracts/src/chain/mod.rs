//! Chains behind an RPC endpoint: deployment at addresses that are known beforehand, calls and transactions.
//!
//! ```text
//! steps(key, config) ──► code at the address? ──► no: sign, keep, send, wait for the receipt ──► same code?
//! ```
//!
//! All contracts are created by the deterministic deployment proxy through CREATE2. Their addresses depend on nothing but
//! their code, so that a deployment which was interrupted, or made by somebody else, is found and not paid for again.
//!
//! # Security
//! An endpoint is not trusted with more than it needs: a transaction names its chain, so that it is worthless on another
//! one whatever the endpoint says, what is told of a deployment is the code at its address, and fees have caps ([`Caps`]).
//! That a transaction is included, and what contracts answer, is the endpoint's word all the same.

mod error;
mod receipt;
mod registry;
mod rpc;
mod steps;
mod transaction;
mod wallet;

pub use error::ChainError;
pub use receipt::{Log, Receipt};
pub use registry::{REGISTRATION_GAS, check_registry, registered, registration, registry};
pub use rpc::Rpc;
pub(crate) use steps::PROXY_CODE;
pub use steps::{PROXY, Step, check_proxy, expected_code, read_code, steps};
pub use transaction::{Caps, Fees, Message, Transaction};
pub use wallet::{Signed, Wallet};
