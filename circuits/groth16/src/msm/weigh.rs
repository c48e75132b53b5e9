//! The sum of buckets, each as often as its digit says.
//!
//! With `d = 2^h r + q`, the sum of `d * B_d` is `2^h` times that of `r * R_r` plus that of `q * C_q`, where `R_r` is the sum
//! of a row of buckets and `C_q` that of a column: two affine additions per bucket, where running sums take two projective
//! ones, and running sums over `2^h` rows and columns remain.

use ark_ec::AdditiveGroup as _;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};

use super::pairs::AddPairs;
use super::runs::RunAdder;

/// Returns the sum of `digit * (x, y)` over buckets in ascending order, whose digits are at most `2^(bits - 1)`.
pub(super) fn weigh<P: AddPairs>(
    adder: &mut RunAdder<P>,
    buckets: &[(u32, P::BaseField, P::BaseField)],
    bits: usize,
) -> Projective<P> {
    let half = bits / 2;
    let mask = (1u32 << half) - 1;
    let mut rows = vec![Affine::<P>::identity(); (1 << (bits - 1 - half)) + 1];
    let in_rows = buckets.iter().map(|&(digit, x, y)| (digit >> half, x, y));
    adder.sum(in_rows, |row, x, y| rows[row as usize] = Affine::new_unchecked(x, y));

    // Sorted by column, as far as a row of buckets is wide.
    let mut ends = vec![0u32; (1 << half) + 1];
    for (digit, ..) in buckets {
        ends[(digit & mask) as usize + 1] += 1;
    }
    for column in 1..ends.len() {
        ends[column] += ends[column - 1];
    }
    let mut order = vec![0u32; buckets.len()];
    for (position, (digit, ..)) in (0u32..).zip(buckets) {
        let next = &mut ends[(digit & mask) as usize];
        order[*next as usize] = position;
        *next += 1;
    }
    let mut columns = vec![Affine::<P>::identity(); 1 << half];
    let in_columns = order.iter().map(|&position| {
        let (digit, x, y) = buckets[position as usize];
        (digit & mask, x, y)
    });
    adder.sum(in_columns, |column, x, y| columns[column as usize] = Affine::new_unchecked(x, y));

    let mut total = running_sum(&rows);
    for _ in 0..half {
        total.double_in_place();
    }
    total + running_sum(&columns)
}

/// Returns the sum of `index * point`.
fn running_sum<P: SWCurveConfig>(points: &[Affine<P>]) -> Projective<P> {
    let (mut above, mut sum) = (Projective::<P>::ZERO, Projective::<P>::ZERO);
    for point in points.iter().skip(1).rev() {
        above += point;
        sum += above;
    }
    sum
}
