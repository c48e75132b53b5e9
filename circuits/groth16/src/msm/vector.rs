//! Additions of pairs of points, eight at a time.
//!
//! Coordinates are taken as they stand in memory, where they mean a sixteenth of their value: a point `(x, y)` stands for
//! `(x / 16, y / 16)`. A slope, which has no unit, is taken as a quarter of its value, so that its square has the unit of
//! coordinates; the factor comes with the inversion and costs nothing.

#![expect(unsafe_code, reason = "what a processor has is known only when it runs")]
#![expect(
    clippy::inline_always,
    reason = "a step is compiled for the processor of the loop that it stands in"
)]

use ark_bn254::Fq;
use ark_ff::{BigInt, Field, PrimeField as _};

use super::pairs::{Pairs, invert_few};
use crate::ifma::Ifma;
use crate::lanes::{LANES, Lanes, Prime, Rows, four_times, is_below, load, mul, store, sub};

pub(super) const PRIME: Prime = Prime::new(Fq::MODULUS.0);

/// Fields of which eight elements are worked on at a time: the steps of an addition, and how far their results may be from
/// reduced.
///
/// # Safety
/// All is for processors that have [what it takes](Ifma).
pub(super) trait Wide: Field {
    /// Eight elements.
    type Lanes: Copy;

    unsafe fn load(values: &[Self; LANES]) -> Self::Lanes;

    /// Writes what `square_less` or `product_less` returned, or a product.
    unsafe fn store(lanes: Self::Lanes, values: &mut [Self; LANES]);

    /// Returns `a * b`, for elements that were loaded or are products.
    unsafe fn times(a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// Returns `a^2 - b`, for a product and what was loaded.
    unsafe fn square_less(a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// Returns `4 a (b - c) - d`, for a product, what was loaded, a result of `square_less`, and what was loaded.
    unsafe fn product_less(a: Self::Lanes, b: Self::Lanes, c: Self::Lanes, d: Self::Lanes) -> Self::Lanes;
}

/// Replaces `x` and `y` by those of the sums.
pub(super) fn add<F: Wide>(pairs: &mut Pairs<F>, _: Ifma) {
    let missing = pairs.run.len().next_multiple_of(LANES) - pairs.run.len();
    let count = pairs.run.len();
    pairs.run.extend([F::ONE; LANES].iter().take(missing));
    for list in [&mut pairs.rise, &mut pairs.sum, &mut pairs.x, &mut pairs.y] {
        list.resize(count + missing, F::ZERO);
    }
    // SAFETY: the processor was asked, as the argument shows.
    unsafe { add_lanes(pairs) };
    pairs.x.truncate(count);
    pairs.y.truncate(count);
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn add_lanes<F: Wide>(pairs: &mut Pairs<F>) {
    let run = pairs.run.as_chunks::<LANES>().0;
    let (rise, sum) = (pairs.rise.as_chunks::<LANES>().0, pairs.sum.as_chunks::<LANES>().0);
    let (xs, ys) = (pairs.x.as_chunks_mut::<LANES>().0, pairs.y.as_chunks_mut::<LANES>().0);
    let mut before: Vec<F::Lanes> = Vec::with_capacity(run.len());
    // SAFETY: the features are those of this function.
    unsafe {
        let mut products = F::load(&[F::from(16u64); LANES]);
        for run in run {
            before.push(products);
            products = F::times(products, F::load(run));
        }
        let mut totals = [F::ZERO; LANES];
        F::store(products, &mut totals);
        invert_few(&mut totals);
        // In memory the product means 16 times as much, and its inverse here means a sixteenth: a 256th, of which 64 make a
        // quarter.
        let mut inverses = F::load(&totals.map(|total| total * F::from(64u64)));
        for (step, before) in before.into_iter().enumerate().rev() {
            let inverse = F::times(inverses, before);
            inverses = F::times(inverses, F::load(&run[step]));
            let slope = F::times(F::load(&rise[step]), inverse);
            let x = F::square_less(slope, F::load(&sum[step]));
            let y = F::product_less(slope, F::load(&xs[step]), x, F::load(&ys[step]));
            F::store(x, &mut xs[step]);
            F::store(y, &mut ys[step]);
        }
    }
}

/// Products are below twice the prime, and so is a slope; results of `square_less` and of `product_less` are below three times the
/// prime.
impl Wide for Fq {
    type Lanes = Lanes;

    #[inline(always)]
    unsafe fn load(values: &[Self; LANES]) -> Lanes {
        // SAFETY: as the trait says, here and below.
        unsafe { load(&rows(values)) }
    }

    #[inline(always)]
    unsafe fn store(lanes: Lanes, values: &mut [Self; LANES]) {
        // SAFETY: see above.
        let rows = unsafe { store(lanes, &PRIME) };
        for (value, row) in values.iter_mut().zip(rows) {
            *value = Self::new_unchecked(BigInt::new(row));
        }
    }

    #[inline(always)]
    unsafe fn times(a: Lanes, b: Lanes) -> Lanes {
        // SAFETY: see above.
        unsafe { mul(a, b, &PRIME) }
    }

    #[inline(always)]
    unsafe fn square_less(a: Lanes, b: Lanes) -> Lanes {
        // SAFETY: see above.
        unsafe {
            debug_assert!(is_below(a, &PRIME, 8));
            sub(mul(a, a, &PRIME), b, &PRIME, 1)
        }
    }

    #[inline(always)]
    unsafe fn product_less(a: Lanes, b: Lanes, c: Lanes, d: Lanes) -> Lanes {
        // SAFETY: see above.
        unsafe {
            debug_assert!(is_below(a, &PRIME, 8));
            sub(mul(a, four_times(sub(b, c, &PRIME, 3)), &PRIME), d, &PRIME, 1)
        }
    }
}

#[inline]
fn rows(values: &[Fq; LANES]) -> Rows {
    values.map(|value| value.0.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use num_bigint::BigUint;

    use super::*;
    use crate::lanes::tests::{below, from_integers, in_lanes, integers, largest, largest_products, modulus};

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn check_limits() {
        let p = &modulus::<Fq>();
        let inverse = &(BigUint::from(1u32) << 260u32).modinv(p).unwrap();
        let is_below_three = |value: &BigUint| *value <= largest(p, 12);
        let mut slopes = below(p, 8);
        slopes.extend(largest_products(p, [8, 8], 4).into_iter().flatten());
        let mut rows = Vec::new();
        for slope in &slopes {
            for new in below(p, 12) {
                for old in below(p, 4) {
                    rows.extend(
                        below(p, 4).into_iter().map(|y| [slope.clone(), old.clone(), new.clone(), y]),
                    );
                }
            }
        }
        in_lanes(&rows, |[slope, old, new, y]| {
            let (a, b, c, d) =
                (from_integers(&slope), from_integers(&old), from_integers(&new), from_integers(&y));
            // SAFETY: the features are those of this function.
            let (square, product) = unsafe { (Fq::square_less(a, d), Fq::product_less(a, b, c, d)) };
            let (square, product) = (integers(square), integers(product));
            for lane in 0..LANES {
                let (slope, minus_y) = (&slope[lane], p - &y[lane]);
                assert_eq!(&square[lane] % p, (slope * slope * inverse + &minus_y) % p);
                let difference = &old[lane] + p * 3u32 - &new[lane];
                assert_eq!(&product[lane] % p, (slope * difference * 4u32 * inverse + &minus_y) % p);
                assert!(is_below_three(&square[lane]) && is_below_three(&product[lane]));
            }
        });
    }

    #[test]
    fn steps_are_right_at_their_limits() {
        if Ifma::detect().is_some() {
            // SAFETY: the processor was asked.
            unsafe { check_limits() };
        }
    }
}
