//! Proofs in four words instead of eight: the y coordinates are computed from the x coordinates.
//!
//! ```text
//! A.x + (A.y odd) 2^255,   B.x1 + (B.y0 odd) 2^255 + (minus) 2^254,   B.x0,   C.x + (C.y odd) 2^255
//! ```
//!
//! With B.y^2 = c0 + c1 u and the root d of the norm c0^2 + c1^2 that is a power of it, y0^2 is (c0 + d) / 2 or
//! (c0 - d) / 2, of which one is a square: `minus` says the second, and spares the contract to try both.

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ff::{BigInteger as _, Field as _, LegendreSymbol, PrimeField as _};
use revm::primitives::U256;
use tensorproof_groth16::Proof;

use crate::{ContractsError, abi};

/// Returns the words of a compressed proof.
///
/// # Errors
/// When a point of the proof is the point at infinity, which no valid proof needs.
pub(crate) fn words(proof: &Proof) -> Result<[U256; 4], ContractsError> {
    let [x1, x0] = compress_g2(&proof.b)?;
    Ok([compress_g1(&proof.a)?, x1, x0, compress_g1(&proof.c)?])
}

fn compress_g1(point: &G1Affine) -> Result<U256, ContractsError> {
    let (x, y) = point.xy().ok_or(ContractsError::NotCompressible)?;
    Ok(abi::word(&x) | flag(is_odd(&y), 255))
}

fn compress_g2(point: &G2Affine) -> Result<[U256; 2], ContractsError> {
    let (x, y) = point.xy().ok_or(ContractsError::NotCompressible)?;
    let square = y.square();
    // (q + 1) / 4 is the exponent of a root, as the contract takes it.
    let mut exponent = Fq::MODULUS;
    exponent.add_with_carry(&1u64.into());
    exponent.div2();
    exponent.div2();
    let root = (square.c0.square() + square.c1.square()).pow(exponent);
    let half = (square.c0 + root) / Fq::from(2);
    let is_minus = half.legendre() == LegendreSymbol::QuadraticNonResidue;
    Ok([abi::word(&x.c1) | flag(is_odd(&y.c0), 255) | flag(is_minus, 254), abi::word(&x.c0)])
}

fn is_odd(value: &Fq) -> bool {
    value.into_bigint().is_odd()
}

fn flag(is_set: bool, bit: usize) -> U256 {
    U256::from(u8::from(is_set)) << bit
}
