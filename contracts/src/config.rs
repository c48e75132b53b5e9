//! What a verifier is to check besides the proof.

use num_bigint::BigInt;
use revm::primitives::B256;

/// The choices of an exported verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierConfig {
    /// The name of the contract: an ASCII letter in upper case, then letters, digits and `_`.
    pub contract: String,
    /// Ranges that the contract enforces on public values, at most four.
    ///
    /// # Security
    /// A circuit does not prove the range of its public inputs, because the verifier sees them. Whoever acts on a
    /// proof without such ranges accepts inputs that the model's integers were never meant to hold.
    pub ranges: Vec<SignalRange>,
    /// What the contract takes for the public signals of the circuit.
    pub public_signals: PublicSignals,
}

/// What a contract takes for the public signals of the circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicSignals {
    /// They are the public values themselves.
    Plain,
    /// They are the three of [`crate::digest`], which the contract computes from the public values and their hash.
    Digest {
        /// The number of public values, at least one.
        values: usize,
        /// What the challenge is for.
        domain: B256,
    },
}

/// One interval for a block of neighbouring public values: public signals, but for a digest, where the hash is not
/// counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalRange {
    /// The index of the first value, from 0.
    pub first: usize,
    /// The number of values, at least one.
    pub count: usize,
    /// The least value; a negative one is the field element r - |lo|.
    pub lo: BigInt,
    /// The largest value, itself allowed.
    pub hi: BigInt,
}
