//! Whether all points of a list lie in the subgroup of G2.
//!
//! The check of one point is a multiplication by 127 bits; for a key of 2^18 wires that would take a minute. A long list
//! is checked by random sums: with random factors `c_i` in `[0, 2^13)`, the sum of `c_i * P_i` is taken over all points,
//! and only the sum is checked. The cofactor has no prime factor under 10069, so that for a point outside the subgroup at
//! most one of its 2^13 factors puts the sum into it: a round misses it with probability at most 2^-13, six rounds with
//! 2^-78. The factors come from the system's randomness, so that who makes a file cannot know them.

use ark_bn254::{Fr, G2Affine};
use ark_ec::CurveGroup as _;
use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use rayon::prelude::*;

use crate::msm::{Scalars, msm};
use crate::stored::Stored;

/// Factors are below this power of two, itself below the smallest prime of the cofactor.
const FACTOR_BITS: u32 = 13;
const ROUNDS: usize = 6;
/// Shorter lists are checked point by point.
const SHORT: usize = 1024;

/// Returns whether all points, which are on the curve, are in the subgroup.
pub(crate) fn all_in_subgroup(points: &[G2Affine]) -> bool {
    if points.len() < SHORT {
        return points.par_iter().all(G2Affine::is_in_correct_subgroup_assuming_on_curve);
    }
    random_sums_in_subgroup(&points.into())
}

/// Returns whether all points of a file, which are on the curve, are in the subgroup.
pub(crate) fn all_stored_in_subgroup(points: &Stored<G2Affine>) -> bool {
    if points.len() < SHORT {
        return all_in_subgroup(&points.iter().collect::<Vec<_>>());
    }
    random_sums_in_subgroup(points)
}

fn random_sums_in_subgroup(points: &Stored<G2Affine>) -> bool {
    (0..ROUNDS).into_par_iter().all(|_| {
        let mut rng = StdRng::from_entropy();
        let factors = (0..points.len()).map(|_| Fr::from(rng.gen_range(0..1u32 << FACTOR_BITS)));
        let sum = msm(points, 0, &Scalars::of(&factors.collect::<Vec<_>>()));
        sum.into_affine().is_in_correct_subgroup_assuming_on_curve()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ark_bn254::{Fq2, g2};
    use ark_ec::{AffineRepr as _, CurveConfig as _, PrimeGroup as _};
    use ark_ff::{PrimeField as _, Zero as _};
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn factors_are_below_every_prime_of_the_cofactor() {
        let digits = g2::Config::COFACTOR.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<_>>();
        let cofactor = BigUint::from_bytes_le(&digits);
        for divisor in 2u32..=1 << FACTOR_BITS {
            assert_ne!(&cofactor % divisor, BigUint::ZERO, "{divisor}");
        }
    }

    #[test]
    fn one_point_outside_is_found_among_many() {
        let outside = (1u64..100)
            .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
            .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
            .unwrap();
        // Of the smallest order that there is.
        let cofactor = g2::Config::COFACTOR.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<_>>();
        let others = BigUint::from_bytes_le(&cofactor) / 10_069u32;
        let small = outside.mul_bigint(Fr::MODULUS).mul_bigint(others.to_u64_digits());
        assert!(!small.is_zero() && small.mul_bigint([10_069u64]).is_zero());
        for bad in [outside, small.into_affine(), -small.into_affine()] {
            for length in [3, 5000] {
                let mut points = vec![G2Affine::generator(); length];
                points[1] = G2Affine::identity();
                assert!(all_in_subgroup(&points));
                points[length / 2] = bad;
                assert!(!all_in_subgroup(&points));
                assert!(!random_sums_in_subgroup(&points.as_slice().into()));
            }
        }
    }
}
