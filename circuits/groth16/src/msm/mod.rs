//! Sums of many points, each multiplied by a scalar of the witness: what a proof consists of.
//!
//! A scalar is its magnitude, the smaller one of `s` and `r - s`, and a sign. Magnitudes are cut into windows of `c` bits,
//! digits in `[-2^(c-1), 2^(c-1))`; a window's points are sorted by digit into buckets, buckets are summed with affine
//! additions whose inversions are shared, and the bucket of digit `d` counts `d` times. Only digits other than zero cost:
//! nothing for a zero, one addition for a bit, one or two for a quantized value, all windows for a value of full width.
//!
//! ```text
//! scalars ──Scalars──► by length, longest first ──window──► by digit ──runs──► buckets ──weigh──► window's sum
//! ```
//!
//! Source: Pippenger's algorithm as in Bernstein, Doumen, Lange, Oosterwijk, "Faster batch forgery identification"
//! (eprint 2012/549); batched affine additions as in Gabizon and Williamson's note on turbo-plonk (2020).

mod digits;
mod pairs;
#[cfg(target_arch = "x86_64")]
mod quadratic;
mod runs;
mod scalars;
#[cfg(target_arch = "x86_64")]
mod vector;
mod weigh;
mod window;

use ark_ec::AdditiveGroup as _;
use ark_ec::short_weierstrass::{Affine, Projective};
use rayon::prelude::*;

pub(crate) use scalars::Scalars;
use window::Plan;

pub(crate) use digits::SignedDigits;
pub(crate) use pairs::{AddPairs, Pairs};

use crate::stored::{Stored, StoredPoint};

/// Returns the sum of `scalar * point` over the points, the first of which belongs to the scalar at `first`.
pub(crate) fn msm<P: AddPairs>(points: &Stored<Affine<P>>, first: usize, scalars: &Scalars) -> Projective<P>
where
    Affine<P>: StoredPoint<Field = P::BaseField>,
{
    let plan = Plan::of(scalars);
    let parts: Vec<Projective<P>> = (0..plan.windows * plan.parts)
        .into_par_iter()
        .with_max_len(1)
        .map(|task| window::sum(points, first, scalars, &plan, task / plan.parts, task % plan.parts))
        .collect();
    let mut total = Projective::ZERO;
    for parts in parts.rchunks(plan.parts) {
        for _ in 0..plan.bits {
            total.double_in_place();
        }
        total += parts.iter().sum::<Projective<P>>();
    }
    total
}

#[cfg(test)]
mod tests;
