//! Steps of the transforms, eight elements at a time.
//!
//! A product here is a sixteenth of what memory means by it, so that the factors are taken sixteen times.

#![expect(unsafe_code, reason = "what a processor has is known only when it runs")]

use ark_ff::{BigInt, PrimeField as _};
use tensorproof_r1cs::Fr;

pub(super) use crate::lanes::available;
use crate::lanes::{LANES, Prime, Rows, add, load, mul, store, sub};

/// Steps of as many elements or more, a power of two, can be taken.
pub(super) const SHORTEST: usize = LANES;
/// What factors are multiplied by.
pub(super) const UNIT: u64 = 16;
const PRIME: Prime = Prime::new(Fr::MODULUS.0);

/// One step of the inverse transform, on a processor that [has what it takes](available).
pub(super) fn into_halves(low: &mut [Fr], high: &mut [Fr], factors: &[Fr]) {
    debug_assert!(available());
    // SAFETY: the caller has asked for the features.
    unsafe { into_halves_of_lanes(low, high, factors) }
}

/// One step of the transform, on a processor that [has what it takes](available).
pub(super) fn from_halves(low: &mut [Fr], high: &mut [Fr], factors: &[Fr]) {
    debug_assert!(available());
    // SAFETY: the caller has asked for the features.
    unsafe { from_halves_of_lanes(low, high, factors) }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn into_halves_of_lanes(low: &mut [Fr], high: &mut [Fr], factors: &[Fr]) {
    let (low, high) = (low.as_chunks_mut::<LANES>().0, high.as_chunks_mut::<LANES>().0);
    for ((low, high), factors) in low.iter_mut().zip(high).zip(factors.as_chunks::<LANES>().0) {
        let (one, other) = (load(&rows(low)), load(&rows(high)));
        let difference = sub(one, other, &PRIME, 1);
        set_rows(low, &store(add(one, other), &PRIME));
        set_rows(high, &store(mul(difference, load(&rows(factors)), &PRIME), &PRIME));
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn from_halves_of_lanes(low: &mut [Fr], high: &mut [Fr], factors: &[Fr]) {
    let (low, high) = (low.as_chunks_mut::<LANES>().0, high.as_chunks_mut::<LANES>().0);
    for ((low, high), factors) in low.iter_mut().zip(high).zip(factors.as_chunks::<LANES>().0) {
        let one = load(&rows(low));
        let product = mul(load(&rows(high)), load(&rows(factors)), &PRIME);
        set_rows(low, &store(add(one, product), &PRIME));
        set_rows(high, &store(sub(one, product, &PRIME, 2), &PRIME));
    }
}

#[inline]
fn rows(values: &[Fr; LANES]) -> Rows {
    values.map(|value| value.0.0)
}

#[inline]
fn set_rows(values: &mut [Fr; LANES], rows: &Rows) {
    for (value, row) in values.iter_mut().zip(rows) {
        *value = Fr::new_unchecked(BigInt::new(*row));
    }
}
