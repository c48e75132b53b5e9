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

mod constant;
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
use ark_std::rand::RngCore;
use rayon::prelude::*;
use tensorproof_r1cs::Fr;

use constant::Blinded;
use window::Plan;

pub(crate) use digits::SignedDigits;
pub(crate) use pairs::{AddPairs, Pairs};
pub(crate) use scalars::Scalars;

use crate::ifma::Ifma;
use crate::prove::Work;
use crate::stored::{Stored, StoredPoint};

/// Returns the sum of `scalar * point` over the points, the first of which belongs to the scalar at `first`.
///
/// Points whose scalar is above `(r - 1) / 2` are in the subgroup of order r, as a scalar `s` there stands for `s - r`. All points of
/// G1 are; of G2, [`ProvingKey::read`](crate::ProvingKey::read) and [`ProvingKey::open`](crate::ProvingKey::open) check all that proofs
/// are made of, and the sums that do so have small factors.
pub(crate) fn msm<P: AddPairs>(points: &Stored<Affine<P>>, first: usize, scalars: &Scalars) -> Projective<P>
where
    Affine<P>: StoredPoint<Field = P::BaseField>,
{
    msm_on(points, first, scalars, Ifma::detect())
}

/// Returns the same on a processor with vector instructions or without.
fn msm_on<P: AddPairs>(
    points: &Stored<Affine<P>>,
    first: usize,
    scalars: &Scalars,
    ifma: Option<Ifma>,
) -> Projective<P>
where
    Affine<P>: StoredPoint<Field = P::BaseField>,
{
    let plan = Plan::of(scalars);
    let parts: Vec<Projective<P>> = (0..plan.windows * plan.parts)
        .into_par_iter()
        .with_max_len(1)
        .map(|task| window::sum(points, first, scalars, &plan, task / plan.parts, task % plan.parts, ifma))
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

/// What the points of a proof are multiplied by.
#[derive(Debug)]
pub(crate) enum Factors {
    Sorted(Box<Scalars>),
    Blinded(Blinded),
}

impl Factors {
    pub(crate) fn of(values: &[Fr], work: Work, rng: &mut impl RngCore) -> Self {
        match work {
            Work::Least => Self::Sorted(Box::new(Scalars::of(values))),
            Work::Constant => Self::Blinded(Blinded::of(values, rng)),
        }
    }

    /// Returns what [`msm`] does.
    pub(crate) fn sum<P: AddPairs>(&self, points: &Stored<Affine<P>>, first: usize) -> Projective<P>
    where
        Affine<P>: StoredPoint<Field = P::BaseField>,
    {
        match self {
            Self::Sorted(scalars) => msm(points, first, scalars),
            Self::Blinded(scalars) => scalars.sum(points, first).total,
        }
    }
}

#[cfg(test)]
mod tests;
