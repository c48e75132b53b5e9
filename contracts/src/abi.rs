//! Words, points, selectors and call data, as the EVM's ABI and precompiles write them.
//!
//! Source: the Solidity contract ABI specification; EIP-196 and EIP-197 for the points. In G2 the imaginary
//! coefficient comes first.

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ff::{BigInteger as _, PrimeField};
use revm::primitives::{U256, keccak256};
use tensorproof_groth16::Proof;
use tensorproof_r1cs::Fr;

/// Bytes of a proof in call data.
pub(crate) const PROOF_BYTES: usize = 256;

/// Returns the call data of `verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[n])`, snarkjs' interface:
/// 4 bytes of selector, 256 of proof, 32 for each signal.
pub fn calldata(proof: &Proof, signals: &[Fr]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + PROOF_BYTES + 32 * signals.len());
    bytes.extend(verify_proof_selector(signals.len()));
    bytes.extend(arguments(proof, signals));
    bytes
}

/// Returns the call data of `requireProof(uint256[2],uint256[2][2],uint256[2],uint256[])`.
pub(crate) fn require_proof_calldata(proof: &Proof, signals: &[Fr]) -> Vec<u8> {
    let (proof, signals_bytes) = {
        let mut bytes = arguments(proof, signals);
        let signals_bytes = bytes.split_off(PROOF_BYTES);
        (bytes, signals_bytes)
    };
    let mut bytes = selector("requireProof(uint256[2],uint256[2][2],uint256[2],uint256[])").to_vec();
    bytes.extend(proof);
    // The array's place, counted from behind the selector, and its length.
    bytes.extend(U256::from(PROOF_BYTES + 32).to_be_bytes::<32>());
    bytes.extend(U256::from(signals.len()).to_be_bytes::<32>());
    bytes.extend(signals_bytes);
    bytes
}

/// Returns the selector of snarkjs' `verifyProof` for this number of public signals.
pub(crate) fn verify_proof_selector(signals: usize) -> [u8; 4] {
    selector(&format!("verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[{signals}])"))
}

/// Returns the first four bytes of the signature's hash.
pub(crate) fn selector(signature: &str) -> [u8; 4] {
    let hash = keccak256(signature);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Returns x, y; zeros for the point at infinity.
pub(crate) fn g1_words(point: &G1Affine) -> [U256; 2] {
    match point.xy() {
        Some((x, y)) => [word(&x), word(&y)],
        None => [U256::ZERO; 2],
    }
}

/// Returns x1, x0, y1, y0, where a coordinate is x0 + x1 * u; zeros for the point at infinity.
pub(crate) fn g2_words(point: &G2Affine) -> [U256; 4] {
    match point.xy() {
        Some((x, y)) => [word::<Fq>(&x.c1), word(&x.c0), word(&y.c1), word(&y.c0)],
        None => [U256::ZERO; 4],
    }
}

/// Returns the residue of a field of at most 256 bits.
pub(crate) fn word<F: PrimeField>(value: &F) -> U256 {
    U256::from_be_slice(&value.into_bigint().to_bytes_be())
}

fn arguments(proof: &Proof, signals: &[Fr]) -> Vec<u8> {
    let words = g1_words(&proof.a)
        .into_iter()
        .chain(g2_words(&proof.b))
        .chain(g1_words(&proof.c))
        .chain(signals.iter().map(word));
    words.flat_map(|word| word.to_be_bytes::<32>()).collect()
}
