//! Digits without a range that are packed into one number.
//!
//! `low + 256 * high` is the same for (0, 1) and (256, 0): without the range of `low`, two arrays have one packing.

use ark_ff::PrimeField;

use super::Findings;
use super::flow::Range;
use super::place::Placement;
use super::shape::{Terms, View};
use crate::diagnostic::Code;
use crate::elaborate::ONE;

/// A linear constraint that has one signal as a sum of others times distinct powers of two.
#[derive(Debug)]
pub(super) struct Packing {
    constraint: u32,
    /// The signals, all but the most significant.
    digits: Vec<u32>,
}

/// Fewer signals than this are packed only if they are at least [`WIDE`] bits apart.
const MANY: usize = 4;
const WIDE: u32 = 3;

/// Returns the packings.
pub(super) fn of<F: PrimeField>(view: &View<F>) -> Vec<Packing> {
    let candidates: Vec<Packing> =
        view.linear().filter_map(|(constraint, terms)| packing(view, constraint, terms)).collect();
    // What is packed already is looked at where it is packed.
    let packed: Vec<u32> =
        candidates.iter().filter_map(|packing| view.computes[packing.constraint as usize]).collect();
    let packed: rustc_hash::FxHashSet<u32> = packed.into_iter().collect();
    let without = |mut packing: Packing| {
        packing.digits.retain(|digit| !packed.contains(digit));
        packing
    };
    candidates.into_iter().map(without).filter(|packing| !packing.digits.is_empty()).collect()
}

fn packing<F: PrimeField>(view: &View<F>, constraint: u32, terms: Terms) -> Option<Packing> {
    let computed = view.computes[constraint as usize];
    let values = || {
        terms
            .iter()
            .filter(|(signal, _)| *signal != ONE)
            .map(|(signal, value)| (*signal, view.coefficients.get(*value)))
    };
    // The whole stands on one side, the digits on the other.
    let of_sign = |negative: bool| {
        values()
            .filter(move |(_, value)| crate::operators::is_negative(value) == negative)
            .collect::<Vec<_>>()
    };
    let (negative, positive) = (of_sign(true), of_sign(false));
    let digits = match (positive.as_slice(), negative.as_slice()) {
        ([(whole, _)], digits) if computed.is_none_or(|computed| computed == *whole) && digits.len() > 1 => {
            digits
        }
        (digits, [_]) if computed.is_none() && digits.len() > 1 => digits,
        _ => return None,
    };
    let mut places: Vec<(u32, u32)> =
        digits.iter().map(|(signal, value)| Some((power_of_two(value)?, *signal))).collect::<Option<_>>()?;
    places.sort_unstable();
    let gaps: Vec<u32> = places.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let is_packing = !gaps.contains(&0) && (places.len() >= MANY || gaps.iter().any(|gap| *gap >= WIDE));
    places.pop();
    is_packing.then(|| Packing { constraint, digits: places.into_iter().map(|(_, signal)| signal).collect() })
}

/// Returns `k` of 2^k and of -2^k.
fn power_of_two<F: PrimeField>(value: &F) -> Option<u32> {
    let magnitude = tensorproof_r1cs::fr_to_signed(value).magnitude().clone();
    let zeros = magnitude.trailing_zeros()?;
    (magnitude >> zeros == num_bigint::BigUint::from(1u32)).then(|| u32::try_from(zeros).ok()).flatten()
}

/// Finds packed digits of which nothing is known.
pub(super) fn find<F: PrimeField>(placement: &Placement<F>, findings: &mut Findings) {
    for Packing { constraint, digits } in &placement.shape().packings {
        for digit in digits.iter().filter(|digit| !placement.range(**digit).is_known()) {
            let Some(mut origin) = placement.culprit(*digit, Range::is_known) else { continue };
            origin.passed.push(placement.span(*constraint));
            let span = origin.given.unwrap_or(placement.span(*constraint));
            let message = format!(
                "`{}` is packed with others into one number, and nothing limits its range",
                placement.name(&origin)
            );
            let help = "other numbers have the same packing; decompose each into as many bits as it has room for, first";
            findings.add_along(Code::W0013UnlimitedPacking, span, &origin.passed, message, help);
        }
    }
}
