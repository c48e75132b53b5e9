//! Words, points, selectors and call data, as the EVM's ABI and precompiles write them.
//!
//! Source: the Solidity contract ABI specification; EIP-196 and EIP-197 for the points. In G2 the imaginary
//! coefficient comes first.

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ff::{BigInteger as _, PrimeField};
use revm::primitives::{U256, keccak256};
use serde_json::Value;
use tensorproof_groth16::Proof;
use tensorproof_r1cs::Fr;

use crate::{ContractsError, compress};

/// A function of the verifier that takes one proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `verifyProof` with an array of fixed size, as snarkjs has it.
    VerifyProof,
    /// `requireProof`, which reverts unless the proof is valid.
    RequireProof,
    /// `verifyCompressed`.
    VerifyCompressed,
}

/// A call of the verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Name and types, with the type of what is returned.
    pub signature: String,
    /// The arguments as nested lists of hexadecimal words.
    pub arguments: Vec<Value>,
    /// Selector and arguments.
    pub data: Vec<u8>,
}

impl Function {
    /// Returns the call for what the contract takes: the public signals, or [`crate::digest::inputs`].
    ///
    /// # Errors
    /// When the proof is to be compressed and has the point at infinity.
    pub fn call(self, proof: &Proof, signals: &[Fr]) -> Result<Call, ContractsError> {
        let words = |words: &[U256]| -> Value { words.iter().map(|word| format!("{word:#066x}")).collect() };
        let list = words(&signals.iter().map(word).collect::<Vec<_>>());
        let [a, c] = [&proof.a, &proof.c].map(|point| words(&g1_words(point)));
        let b = g2_words(&proof.b);
        let points = vec![a, Value::from(vec![words(&b[..2]), words(&b[2..])]), c, list.clone()];
        let n = signals.len();
        Ok(match self {
            Self::VerifyProof => Call {
                signature: format!("verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[{n}])(bool)"),
                arguments: points,
                data: calldata(proof, signals),
            },
            Self::RequireProof => Call {
                signature: "requireProof(uint256[2],uint256[2][2],uint256[2],uint256[])()".into(),
                arguments: points,
                data: dynamic_calldata("requireProof", proof, signals),
            },
            Self::VerifyCompressed => Call {
                signature: "verifyCompressed(uint256[4],uint256[])(bool)".into(),
                arguments: vec![words(&compress::words(proof)?), list],
                data: compressed_calldata(proof, signals)?,
            },
        })
    }
}

/// Bytes of a proof in call data.
pub(crate) const PROOF_BYTES: usize = 256;

/// Returns the call data of `verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[n])`, snarkjs' interface:
/// 4 bytes of selector, 256 of proof, 32 for each signal.
pub fn calldata(proof: &Proof, signals: &[Fr]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + PROOF_BYTES + 32 * signals.len());
    bytes.extend(verify_proof_selector(signals.len()));
    bytes.extend(to_bytes(proof_words(proof).chain(signals.iter().map(word))));
    bytes
}

/// Returns the call data of `function(uint256[2],uint256[2][2],uint256[2],uint256[])`, which is `verifyProof` or
/// `requireProof`.
pub fn dynamic_calldata(function: &str, proof: &Proof, signals: &[Fr]) -> Vec<u8> {
    let mut bytes = selector(&format!("{function}(uint256[2],uint256[2][2],uint256[2],uint256[])")).to_vec();
    bytes.extend(to_bytes(proof_words(proof)));
    // The array's place, counted from behind the selector.
    bytes.extend(to_bytes([U256::from(PROOF_BYTES + 32)]));
    bytes.extend(array(signals.len(), signals.iter().map(word)));
    bytes
}

/// Returns the call data of `verifyCompressed(uint256[4],uint256[])`.
///
/// # Errors
/// When a point of the proof is the point at infinity, which no valid proof needs.
pub fn compressed_calldata(proof: &Proof, signals: &[Fr]) -> Result<Vec<u8>, ContractsError> {
    let mut bytes = selector("verifyCompressed(uint256[4],uint256[])").to_vec();
    bytes.extend(to_bytes(compress::words(proof)?));
    bytes.extend(to_bytes([U256::from(5 * 32)]));
    bytes.extend(array(signals.len(), signals.iter().map(word)));
    Ok(bytes)
}

/// Returns the call data of `verifyBatch(uint256[8][],uint256[])`.
pub fn batch_calldata(statements: &[(&Proof, &[Fr])]) -> Vec<u8> {
    let mut bytes = selector("verifyBatch(uint256[8][],uint256[])").to_vec();
    let proofs = array(statements.len(), statements.iter().flat_map(|(proof, _)| proof_words(proof)));
    bytes.extend(to_bytes([U256::from(2 * 32), U256::from(2 * 32 + proofs.len())]));
    bytes.extend(proofs);
    let signals: Vec<U256> = statements.iter().flat_map(|(_, signals)| signals.iter().map(word)).collect();
    bytes.extend(array(signals.len(), signals));
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

/// Returns the words of A, B and C.
pub(crate) fn proof_words(proof: &Proof) -> impl Iterator<Item = U256> {
    g1_words(&proof.a).into_iter().chain(g2_words(&proof.b)).chain(g1_words(&proof.c))
}

/// Returns an array of dynamic size: the number of its items, and their words.
fn array(items: usize, words: impl IntoIterator<Item = U256>) -> Vec<u8> {
    to_bytes(std::iter::once(U256::from(items)).chain(words)).collect()
}

fn to_bytes(words: impl IntoIterator<Item = U256>) -> impl Iterator<Item = u8> {
    words.into_iter().flat_map(|word| word.to_be_bytes::<32>())
}
