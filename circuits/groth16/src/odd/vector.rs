//! Steps of the transforms, eight elements at a time.
//!
//! A product here is a sixteenth of what memory means by it, so that the factors are taken sixteen times.

#![expect(unsafe_code, reason = "what a processor has is known only when it runs")]

use ark_ff::{BigInt, PrimeField as _};
use tensorproof_r1cs::Fr;

use crate::ifma::Ifma;
use crate::lanes::{LANES, Prime, Rows, add, load, mul, store, sub};

/// Steps of as many elements or more, a power of two, can be taken.
pub(super) const SHORTEST: usize = LANES;
/// What factors are multiplied by.
pub(super) const UNIT: u64 = 16;
const PRIME: Prime = Prime::new(Fr::MODULUS.0);

/// One step of the inverse transform.
pub(super) fn into_halves(low: &mut [Fr], high: &mut [Fr], factors: &[Fr], _: Ifma) {
    // SAFETY: the processor was asked, as the argument shows.
    unsafe { into_halves_of_lanes(low, high, factors) }
}

/// One step of the transform.
pub(super) fn from_halves(low: &mut [Fr], high: &mut [Fr], factors: &[Fr], _: Ifma) {
    // SAFETY: the processor was asked, as the argument shows.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use num_bigint::BigUint;

    use super::*;
    use crate::lanes::tests::{Integers, below, in_lanes, largest_products, modulus, pairs};

    fn elements(integers: &Integers) -> [Fr; LANES] {
        integers.each_ref().map(|integer| Fr::new_unchecked(BigInt::try_from(integer.clone()).unwrap()))
    }

    fn integers(elements: &[Fr; LANES]) -> Integers {
        elements.map(|element| BigUint::from(element.0))
    }

    /// Limbs at both ends of their range, and factors whose products are the largest before they are reduced.
    #[test]
    fn steps_are_right_at_their_limits() {
        let Some(ifma) = Ifma::detect() else { return };
        let p = &modulus::<Fr>();
        let inverse = (BigUint::from(1u32) << 260u32).modinv(p).unwrap();
        let mut products = largest_products(p, [4, 4], LANES);
        products.extend(pairs(&below(p, 4), &below(p, 4)));
        for low in below(p, 4) {
            let rows: Vec<_> =
                products.iter().map(|[high, factor]| [low.clone(), high.clone(), factor.clone()]).collect();
            in_lanes(&rows, |[low, high, factor]| {
                let (mut one, mut other) = (elements(&low), elements(&high));
                from_halves(&mut one, &mut other, &elements(&factor), ifma);
                for lane in 0..LANES {
                    let product = &high[lane] * &factor[lane] * &inverse % p;
                    assert_eq!(integers(&one)[lane], (&low[lane] + &product) % p);
                    assert_eq!(integers(&other)[lane], (&low[lane] + p - product) % p);
                }
                let (mut one, mut other) = (elements(&low), elements(&high));
                into_halves(&mut one, &mut other, &elements(&factor), ifma);
                for lane in 0..LANES {
                    let difference = &low[lane] + p - &high[lane];
                    assert_eq!(integers(&one)[lane], (&low[lane] + &high[lane]) % p);
                    assert_eq!(integers(&other)[lane], difference * &factor[lane] * &inverse % p);
                }
            });
        }
    }
}
