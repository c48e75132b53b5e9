//! Data contracts: the points of the public signals as the code of contracts that cannot be run.
//!
//! Code is a STOP byte, then x and y of each point, 32 bytes each, most significant first. Reading code costs a
//! hundredth of reading storage, and nobody can change it.

use revm::primitives::{B256, keccak256};
use tensorproof_groth16::VerifyingKey;

use crate::{ContractsError, abi, key};

/// Points in a data contract: EIP-170 limits code to 24,576 bytes, the first is STOP, a point takes 64.
pub(crate) const POINTS_PER_CONTRACT: usize = (24_576 - 1) / 64;

/// Data contracts a verifier can refer to. With all of them a transaction takes some 10 million gas.
pub(crate) const MAX_DATA_CONTRACTS: usize = 4;

/// Signals whose points are in the verifier's own code: all that a digest has.
pub(crate) const OWN_POINTS: usize = 3;

/// One data contract of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataContract {
    /// The code: STOP and the points.
    pub code: Vec<u8>,
}

impl DataContract {
    /// Returns what a transaction without recipient carries to create the contract.
    pub fn initcode(&self) -> Vec<u8> {
        creation(&self.code)
    }

    /// Returns the keccak256 of the code, as EXTCODEHASH gives it.
    pub fn code_hash(&self) -> B256 {
        keccak256(&self.code)
    }
}

/// Returns the data contracts that a key's verifier needs, in the order in which it refers to them; none when the key
/// has three public signals or fewer.
///
/// # Errors
/// When the key is not fit for a contract, see [`crate::verifier`].
pub fn data_contracts(key: &VerifyingKey) -> Result<Vec<DataContract>, ContractsError> {
    key::check(key)?;
    // The points of the constant one and of the first signals are immutables of the verifier.
    let points = key.gamma_abc_g1.get(1 + OWN_POINTS..).unwrap_or_default();
    Ok(points
        .chunks(POINTS_PER_CONTRACT)
        .map(|points| {
            let words = points.iter().flat_map(abi::g1_words);
            let code = [0].into_iter().chain(words.flat_map(|word| word.to_be_bytes::<32>())).collect();
            DataContract { code }
        })
        .collect())
}

/// Returns creation code that deploys `code`, of at most 65,535 bytes, as it stands.
pub(crate) fn creation(code: &[u8]) -> Vec<u8> {
    let size = u16::try_from(code.len()).expect("EIP-170 limits the code of our contracts");
    let [high, low] = size.to_be_bytes();
    // PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE (0), RETURN: ten bytes, then the code.
    let mut bytes = vec![0x61, high, low, 0x80, 0x60, 0x0a, 0x3d, 0x39, 0x3d, 0xf3];
    bytes.extend(code);
    bytes
}
