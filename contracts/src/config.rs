//! What a verifier is to check besides the proof.

use num_bigint::BigInt;

/// The choices of an exported verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierConfig {
    /// The name of the contract: an ASCII letter in upper case, then letters, digits and `_`.
    pub contract: String,
    /// Ranges that the contract enforces on public signals, at most four.
    ///
    /// # Security
    /// A circuit does not prove the range of its public inputs, because the verifier sees them. Whoever acts on a
    /// proof without such ranges accepts inputs that the model's integers were never meant to hold.
    pub ranges: Vec<SignalRange>,
}

/// One interval for a block of neighbouring public signals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalRange {
    /// The index of the first signal, from 0.
    pub first: usize,
    /// The number of signals, at least one.
    pub count: usize,
    /// The least value; a negative one is the field element r - |lo|.
    pub lo: BigInt,
    /// The largest value, itself allowed.
    pub hi: BigInt,
}
