//! Additions of pairs of points of G1, eight at a time.
//!
//! Coordinates are taken as they stand in memory, where they mean a sixteenth of their value: a point `(x, y)` stands for
//! `(x / 16, y / 16)`. A slope, which has no unit, is taken as a quarter of its value, so that its square has the unit of
//! coordinates; the factor comes with the inversion and costs nothing.

#![expect(unsafe_code, reason = "what a processor has is known only when it runs")]

use ark_bn254::Fq;
use ark_ff::{BigInt, PrimeField as _};

use super::pairs::{Pairs, invert_few};
use crate::lanes::{LANES, Lanes, Prime, Rows, available, four_times, load, mul, store, sub};

const PRIME: Prime = Prime::new(Fq::MODULUS.0);

/// Replaces `x` and `y` by those of the sums, on a processor that [has what it takes](available).
pub(super) fn add(pairs: &mut Pairs<Fq>) {
    debug_assert!(available());
    let missing = pairs.run.len().next_multiple_of(LANES) - pairs.run.len();
    let count = pairs.run.len();
    pairs.run.extend([Fq::from(1u64); LANES].iter().take(missing));
    for list in [&mut pairs.rise, &mut pairs.sum, &mut pairs.x, &mut pairs.y] {
        list.resize(count + missing, Fq::from(0u64));
    }
    // SAFETY: the caller has asked for the features.
    unsafe { add_lanes(pairs) };
    pairs.x.truncate(count);
    pairs.y.truncate(count);
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn add_lanes(pairs: &mut Pairs<Fq>) {
    let run = pairs.run.as_chunks::<LANES>().0;
    let (rise, sum) = (pairs.rise.as_chunks::<LANES>().0, pairs.sum.as_chunks::<LANES>().0);
    let (xs, ys) = (pairs.x.as_chunks_mut::<LANES>().0, pairs.y.as_chunks_mut::<LANES>().0);
    let mut products = load(&[Fq::from(16u64).0.0; LANES]);
    let mut before: Vec<Lanes> = Vec::with_capacity(run.len());
    for run in run {
        before.push(products);
        products = mul(products, load(&rows(run)), &PRIME);
    }
    let mut totals = store(products, &PRIME).map(|limbs| Fq::new_unchecked(BigInt::new(limbs)));
    invert_few(&mut totals);
    // In memory the product means 16 times as much, and its inverse here means a sixteenth: a 256th, of which 64 make a
    // quarter.
    let mut inverses = load(&totals.map(|total| (total * Fq::from(64u64)).0.0));
    for (step, before) in before.into_iter().enumerate().rev() {
        let inverse = mul(inverses, before, &PRIME);
        inverses = mul(inverses, load(&rows(&run[step])), &PRIME);
        let slope = mul(load(&rows(&rise[step])), inverse, &PRIME);
        let new = sub(mul(slope, slope, &PRIME), load(&rows(&sum[step])), &PRIME, 1);
        let drop = four_times(sub(load(&rows(&xs[step])), new, &PRIME, 3));
        let y = sub(mul(slope, drop, &PRIME), load(&rows(&ys[step])), &PRIME, 1);
        set_rows(&mut xs[step], &store(new, &PRIME));
        set_rows(&mut ys[step], &store(y, &PRIME));
    }
}

#[inline]
fn rows(values: &[Fq; LANES]) -> Rows {
    values.map(|value| value.0.0)
}

#[inline]
fn set_rows(values: &mut [Fq; LANES], rows: &Rows) {
    for (value, row) in values.iter_mut().zip(rows) {
        *value = Fq::new_unchecked(BigInt::new(*row));
    }
}
