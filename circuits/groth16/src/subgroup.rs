//! Whether all points of a list lie in the subgroup of G2.
//!
//! One point `Q` is in it when `[x + 1] Q + psi([x] Q) + psi^2([x] Q) = psi^3([2x] Q)`, with the 63-bit number `x` of the
//! curve and `psi` the Frobenius map of the twist (El Housni, Guillevic, Piellard: Co-factor clearing and subgroup membership
//! testing on pairing-friendly curves, 2022/352, section 4.3). A test computes that no other points satisfy it.
//!
//! For a key of 2^18 wires that would still take seconds. A long list is checked by random sums: with random factors `c_i` in
//! `[0, 2^13)`, the sum of `c_i * P_i` is taken over all points, and only the sum is checked. The cofactor has no prime
//! factor under 10069, so that for a point outside the subgroup at most one of its 2^13 factors puts the sum into it: a round
//! misses it with probability at most 2^-13, four rounds with 2^-52. The factors come from the system's randomness: who makes a
//! file cannot know them, nor try them out.

use ark_bn254::{Config, Fr, G2Affine, G2Projective};
use ark_ec::bn::BnConfig;
use ark_ec::{AffineRepr as _, CurveGroup as _};
use ark_ff::Field as _;
use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use rayon::prelude::*;

use crate::msm::{Scalars, msm};
use crate::stored::Stored;

/// Factors are below this power of two, itself below the smallest prime of the cofactor.
const FACTOR_BITS: u32 = 13;
const ROUNDS: usize = 4;
/// Shorter lists are checked before other threads would have started.
const FEW: usize = 8;
/// Shorter lists are checked point by point.
const SHORT: usize = 1024;

/// Returns whether a point, which is on the curve, is in the subgroup.
pub(crate) fn in_subgroup(point: &G2Affine) -> bool {
    let multiple = point.mul_bigint(<Config as BnConfig>::X);
    let twice = psi(psi(psi(multiple + multiple)));
    let once = psi(multiple);
    multiple + point + once + psi(once) == twice
}

/// The Frobenius map of the curve, by way of its twist.
pub(crate) fn psi(mut point: G2Projective) -> G2Projective {
    for coordinate in [&mut point.x, &mut point.y, &mut point.z] {
        coordinate.frobenius_map_in_place(1);
    }
    point.x *= <Config as BnConfig>::TWIST_MUL_BY_Q_X;
    point.y *= <Config as BnConfig>::TWIST_MUL_BY_Q_Y;
    point
}

/// Returns whether all points, which are on the curve, are in the subgroup.
pub(crate) fn all_in_subgroup(points: &[G2Affine]) -> bool {
    if points.len() < FEW {
        return points.iter().all(in_subgroup);
    }
    if points.len() < SHORT {
        return points.par_iter().all(in_subgroup);
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
        in_subgroup(&sum.into_affine())
    })
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use ark_bn254::{Fq, Fq2, g2};
    use ark_ec::{CurveConfig as _, PrimeGroup as _};
    use ark_ff::{PrimeField as _, UniformRand as _, Zero as _};
    use num_bigint::{BigInt, BigUint, Sign};
    use proptest::test_runner::{Config as Cases, TestRunner};

    use super::*;

    pub(crate) fn natural(limbs: &[u64]) -> BigInt {
        let bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        BigInt::from_bytes_le(Sign::Plus, &bytes)
    }

    pub(crate) fn subgroup_order() -> BigInt {
        natural(Fr::MODULUS.as_ref())
    }

    /// Returns what the order of a point `Q` with `f(psi) Q = 0` divides, for a polynomial `f` from its constant on: the resultant of
    /// `f` and the characteristic polynomial of psi, and the order of the curve.
    pub(crate) fn in_kernel(polynomial: &[BigInt]) -> BigInt {
        let (p, r) = (natural(Fq::MODULUS.as_ref()), subgroup_order());
        let trace: BigInt = &p + 1u32 - &r;
        // f = a + b psi, after psi^2 = trace psi - p.
        let (mut a, mut b) = (BigInt::ZERO, BigInt::ZERO);
        for coefficient in polynomial.iter().rev() {
            (a, b) = (coefficient - &b * &p, a + &b * &trace);
        }
        let resultant = &a * &a + &a * &b * &trace + &b * &b * &p;
        let (mut common, mut rest) = (natural(g2::Config::COFACTOR) * &r, resultant);
        while rest != BigInt::ZERO {
            (common, rest) = (rest.clone(), common % rest);
        }
        common.magnitude().clone().into()
    }

    /// Gives points of the curve, of its subgroup and others.
    pub(crate) fn on_curve(check: impl Fn(G2Affine)) {
        let mut runner = TestRunner::new(Cases::with_cases(64));
        let cases = proptest::prelude::any::<[u64; 4]>();
        let derived = |[a, b, c, d]: [u64; 4]| {
            let x = Fq2::new(Fq::from(a) * Fq::from(b), Fq::from(c) * Fq::from(d));
            if let Some(point) = G2Affine::get_point_from_x_unchecked(x, a % 2 == 0) {
                let cleared = point.clear_cofactor();
                assert!(cleared.is_in_correct_subgroup_assuming_on_curve());
                // What the subgroup has no part in.
                let rest = point.mul_bigint(Fr::MODULUS).into_affine();
                for point in [point, rest, cleared, (cleared + rest).into_affine()] {
                    check(point);
                }
            }
            Ok(())
        };
        runner.run(&cases, derived).unwrap();
        for point in [G2Affine::identity(), G2Affine::rand(&mut ark_std::test_rng())] {
            check(point);
        }
        check(of_smallest_order());
        check(-of_smallest_order());
    }

    fn outside() -> G2Affine {
        (1u64..100)
            .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
            .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
            .unwrap()
    }

    fn cofactor() -> BigUint {
        natural(g2::Config::COFACTOR).magnitude().clone()
    }

    fn of_smallest_order() -> G2Affine {
        let others = (cofactor() / 10_069u32).to_u64_digits();
        let point = outside().mul_bigint(Fr::MODULUS).mul_bigint(others);
        assert!(!point.is_zero() && point.mul_bigint([10_069u64]).is_zero());
        point.into_affine()
    }

    #[test]
    fn only_points_of_the_subgroup_satisfy_the_equation() {
        let x = natural(<Config as BnConfig>::X);
        assert_eq!(in_kernel(&[&x + 1u32, x.clone(), x.clone(), x * -2]), subgroup_order());
    }

    #[test]
    fn points_are_those_of_arkworks() {
        on_curve(|point| {
            assert_eq!(in_subgroup(&point), point.is_in_correct_subgroup_assuming_on_curve());
        });
    }

    #[test]
    fn factors_are_below_every_prime_of_the_cofactor() {
        let cofactor = cofactor();
        for divisor in 2u32..=1 << FACTOR_BITS {
            assert_ne!(&cofactor % divisor, BigUint::ZERO, "{divisor}");
        }
    }

    #[test]
    fn one_point_outside_is_found_among_many() {
        let small = of_smallest_order();
        for bad in [outside(), small, -small] {
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
