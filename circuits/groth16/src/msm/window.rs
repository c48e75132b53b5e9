//! One window of the scalars: its points sorted by digit, summed by bucket, and weighed.

use ark_ec::AdditiveGroup as _;
use ark_ec::short_weierstrass::{Affine, Projective};
use tensorproof_r1cs::MAX_WIRES;

use super::digits::SignedDigits;
use super::pairs::AddPairs;
use super::runs::RunAdder;
use super::scalars::{Scalar, Scalars};
use super::weigh::weigh;
use crate::ifma::Ifma;
use crate::stored::{Stored, StoredPoint};

const WIDEST: usize = 16;
/// A window is not cut into parts of fewer points: each part has buckets of its own.
const SMALLEST_PART: usize = 1 << 17;
/// Points that are fetched at a time.
const AHEAD: usize = 64;
/// The sign of a point that is subtracted; positions are smaller.
const NEGATIVE: u32 = MAX_WIRES;

/// How scalars are cut into windows, and windows into tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Bits of a window.
    pub(super) bits: usize,
    pub(super) windows: usize,
    /// Parts of each window that are summed apart.
    pub(super) parts: usize,
    digits: SignedDigits,
}

impl Plan {
    /// Returns the plan that needs the fewest additions.
    pub(super) fn of(scalars: &Scalars) -> Self {
        let tasks = 2 * rayon::current_num_threads();
        let cost = |bits: usize| {
            let (windows, parts) = shape(scalars, bits, tasks);
            let additions = (0..windows).map(|window| {
                let points = reaching(scalars, bits, window);
                // Each bucket in use is added to a row and to a column.
                points + 2 * parts * (points / parts).min(1 << (bits - 1)) + parts * (6 << (bits / 2))
            });
            additions.sum::<usize>()
        };
        let bits = (2..=WIDEST).min_by_key(|&bits| cost(bits)).unwrap_or(WIDEST);
        let (windows, parts) = shape(scalars, bits, tasks);
        Self { bits, windows, parts, digits: SignedDigits::new(bits, windows) }
    }
}

/// Returns how many scalars can have a digit in a window: one bit less can still carry into it.
fn reaching(scalars: &Scalars, bits: usize, window: usize) -> usize {
    scalars.at_least((bits * window).saturating_sub(1))
}

/// Returns windows and parts.
fn shape(scalars: &Scalars, bits: usize, tasks: usize) -> (usize, usize) {
    // One bit more, for the sign of the highest digit.
    let windows = (scalars.bits() + 1) / bits + 1;
    (windows, tasks.div_ceil(windows).min(scalars.all.len() / SMALLEST_PART + 1))
}

/// Returns the sum of `digit * point` over one part of a window.
pub(super) fn sum<P: AddPairs>(
    points: &Stored<Affine<P>>,
    first: usize,
    scalars: &Scalars,
    plan: &Plan,
    window: usize,
    part: usize,
    ifma: Option<Ifma>,
) -> Projective<P>
where
    Affine<P>: StoredPoint<Field = P::BaseField>,
{
    let count = reaching(scalars, plan.bits, window);
    let scalars = &scalars.all[count * part / plan.parts..count * (part + 1) / plan.parts];
    if scalars.is_empty() {
        return Projective::ZERO;
    }
    let digit = |scalar: &Scalar| plan.digits.digit(&plan.digits.shifted(&scalar.magnitude), window);
    let digits: Vec<i32> = scalars.iter().map(digit).collect();
    let mut ends = vec![0u32; (1 << (plan.bits - 1)) + 2];
    for digit in &digits {
        ends[digit.unsigned_abs() as usize + 1] += 1;
    }
    ends[1] = 0;
    for digit in 1..ends.len() {
        ends[digit] += ends[digit - 1];
    }
    let mut sorted = vec![(0u32, 0u32); ends[ends.len() - 1] as usize];
    for (digit, scalar) in digits.iter().zip(scalars).filter(|(digit, _)| **digit != 0) {
        let bucket = digit.unsigned_abs();
        let next = &mut ends[bucket as usize];
        let sign = if (*digit < 0) == scalar.is_negative { 0 } else { NEGATIVE };
        sorted[*next as usize] = (bucket, scalar.position | sign);
        *next += 1;
    }
    drop(digits);
    let points = points.view();
    let place = |signed: u32| ((signed & !NEGATIVE) as usize).checked_sub(first);
    let in_order = sorted.chunks(AHEAD).flat_map(|chunk| {
        // The points lie anywhere: the processor fetches several at a time if nothing waits for them.
        let touched = chunk.iter().filter_map(|&(_, signed)| Some(points.touch(place(signed)?)));
        std::hint::black_box(touched.fold(0, |all, byte| all ^ byte));
        chunk.iter().filter_map(|&(bucket, signed)| {
            let (x, y) = points.coordinates(place(signed)?)?;
            Some((bucket, x, if signed & NEGATIVE == 0 { y } else { -y }))
        })
    });
    let mut adder = RunAdder::<P>::new(ifma);
    let mut buckets = Vec::new();
    adder.sum(in_order, |bucket, x, y| buckets.push((bucket, x, y)));
    weigh(&mut adder, &buckets, plan.bits)
}
