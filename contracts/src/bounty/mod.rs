//! Bounties for private models and for computing on a chain: what hosts and hunters send, what the contracts answer, tell and
//! refuse.
//!
//! ```text
//! Factory ── open(terms) ──► ModelBounty ◄── Call::Commit, Reveal, Submit, Claim, ..
//!    │                            └──► Phase, ModelTerms, Hunter; Event; BountyError
//!    └── open_compute(terms) ──► ComputeBounty ◄── Call::Solve, ReclaimExpired
//!                                     └──► Phase, ComputeTerms; Event; BountyError
//! ```
//!
//! The contracts are those of `bounty/src`, whose documentation tells the rules; their interfaces are in
//! `solidity/Bounties.json`.

mod call;
mod compute;
mod error;
mod event;
mod factory;
mod limits;
mod model;
mod phase;
mod terms;
mod words;

use ark_ff::{BigInteger as _, PrimeField as _};
use revm::primitives::U256;
use tensorproof_r1cs::{Fr, fr_from_decimal};

pub use call::{Call, Evidence, OPENING_GAS, open, open_compute};
pub use compute::ComputeBounty;
pub use error::{BountyError, refusal};
pub use event::{Announced, Event};
pub use factory::Factory;
pub use limits::{
    MAX_CIPHERTEXT, MAX_DURATION, MAX_OUTPUTS, MAX_SAMPLES, MAX_TURN, MIN_DURATION, MIN_LATER_TURN,
};
pub use model::{Hunter, ModelBounty, Turn};
pub use phase::{BountyKind, Phase};
pub use terms::{ComputeTerms, ModelTerms, Statement};

/// Returns the element that a word stands for, if it is below the prime.
pub fn element(word: U256) -> Option<Fr> {
    fr_from_decimal(&word.to_string())
}

/// Returns an element as a word.
pub fn word(element: &Fr) -> U256 {
    U256::from_be_slice(&element.into_bigint().to_bytes_be())
}

#[cfg(test)]
mod tests;
