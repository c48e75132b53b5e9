//! The digest of many public values: three public signals that cost a verifier as much as three, whatever it stands for.
//!
//! ```text
//! h = Poseidon(x_1..x_n)    r = keccak256(domain, h, x_1..x_n) mod p    v = x_1 r + .. + x_n r^n
//! ```
//!
//! The public signals of the circuit are h, v and r. It hashes its own x' to h and evaluates it at r; who verifies takes
//! h and x, computes r and v from them, and verifies the proof for (h, v, r).
//!
//! # Security
//! Let a proof be valid for h, x. By the proof the prover knows x' with h = Poseidon(x') and v = sum x'_i r^i; by the
//! verifier's own arithmetic v = sum x_i r^i. So r is a root of the polynomial sum (x_i - x'_i) X^i. h fixes x', unless the
//! prover has a collision of Poseidon, and r is the hash of h and x: whoever chooses x and h learns r only then. If x is
//! not x', the polynomial has at most n roots, and each choice of (h, x) meets one with a chance of n / p (up to a factor
//! 6 as 2^256 is not a multiple of p): for n = 1000 that takes 2^243 attempts. The sum starts at r^1, not at r^0, so that
//! v of an empty list cannot stand for a list. All x_i and h must be below p, or x_i + p would be as good as x_i.
//!
//! The domain makes proofs for one circuit worthless for another, and with a label those for one chain or contract
//! worthless elsewhere. No security argument above rests on it.

use ark_ff::PrimeField as _;
use revm::primitives::{B256, keccak256};
use tensorproof_groth16::VerifyingKey;
use tensorproof_r1cs::Fr;

use crate::{abi, key};

/// Public signals of a circuit with a digest: h, v, r.
pub const SIGNALS: usize = 3;

/// Gas of a public signal in a plain verifier less that of a value in a digest, in the precompiles: 6,150 for each.
/// From this number of public values on, a digest is the cheaper one.
pub const CHEAPER_FROM: usize = 5;

/// Returns the domain of a key's challenges: keccak256("tensorproof digest 1", hash of the key's points, label).
/// A label ties proofs to one chain or contract, or to anything else.
pub fn domain(key: &VerifyingKey, label: &str) -> B256 {
    keccak256([b"tensorproof digest 1".as_slice(), key::hash(key).as_slice(), label.as_bytes()].concat())
}

/// Returns r.
pub fn challenge(domain: B256, hash: Fr, values: &[Fr]) -> Fr {
    let words = std::iter::once(&hash).chain(values).flat_map(|value| abi::word(value).to_be_bytes::<32>());
    let bytes: Vec<u8> = domain.0.into_iter().chain(words).collect();
    Fr::from_be_bytes_mod_order(keccak256(bytes).as_slice())
}

/// Returns the public signals of the circuit that stand for these values: h, v, r.
pub fn public_signals(domain: B256, hash: Fr, values: &[Fr]) -> [Fr; SIGNALS] {
    let challenge = challenge(domain, hash, values);
    [hash, evaluate(values, challenge), challenge]
}

/// Returns v, for any r.
pub fn evaluate(values: &[Fr], challenge: Fr) -> Fr {
    values.iter().rev().fold(Fr::from(0), |sum, value| (sum + value) * challenge)
}

/// Returns what a contract takes for its public signals: h, x_1..x_n.
pub fn inputs(hash: Fr, values: &[Fr]) -> Vec<Fr> {
    std::iter::once(hash).chain(values.iter().copied()).collect()
}
