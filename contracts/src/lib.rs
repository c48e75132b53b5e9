//! Solidity verifiers for Groth16 keys, and an embedded EVM that runs them.
//!
//! ```text
//! VerifyingKey ──► verifier ──► Verifier.sol, and Verifier.key.json when the key is long
//!       │                            │ solc
//!       └────────► runtime_code ═════╧══► the same runtime code ──► evm::verify ──► Report { gas_used, .. }
//! ```
//!
//! The contract is compiled once, from `solidity/Verifier.sol.in`, and its runtime code is part of this crate: a key
//! only fills its immutables. So no Solidity compiler is needed to run or to deploy it, and one audit covers all keys.
//! Tests compile the exported source with the pinned solc and compare.
//!
//! A verifier written out with one constant per public signal, as snarkjs does it, is over EIP-170's 24,576 bytes from
//! 247 signals on. Here the points of all but the first three signals are the code of data contracts, 383 in each, and
//! the code of the verifier has the same size for all keys. A circuit with a [`digest`] has three signals whatever it
//! makes public.

mod abi;
pub mod bounty;
pub mod chain;
mod compress;
mod config;
mod data;
pub mod digest;
mod error;
pub mod evm;
mod export;
mod immutables;
mod key;
mod runtime;

pub use abi::{Call, Function, batch_calldata, calldata, compressed_calldata, dynamic_calldata};
pub use config::{PublicSignals, SignalRange, VerifierConfig};
pub use data::{DataContract, data_contracts};
pub use error::ContractsError;
pub use export::{Export, standard_json, verifier};
pub use revm::primitives::{Address, B256, U256, hex, keccak256};
pub use runtime::{creation_code, runtime_code};
