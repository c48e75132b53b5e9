//! Sums whose work does not depend on the scalars.
//!
//! A scalar `s` becomes `s + k r` with a random `k` of 64 bits, which is the same for points of order r; its digits tell nothing of `s`.
//! Each point is added to a bucket in every window, that of digit zero included. Buckets start at random points, which are taken off
//! in the end: no bucket is infinity or the point that comes next, so that all additions follow one formula, and their number is that
//! of the points times that of the windows.
//!
//! Source: Coron, "Resistance against Differential Power Analysis for Elliptic Curve Cryptosystems" (1999), section 5.1.

use ark_ec::AdditiveGroup as _;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ff::{PrimeField as _, UniformRand as _};
use ark_std::rand::rngs::StdRng;
use ark_std::rand::{RngCore, SeedableRng as _};
use rayon::prelude::*;
use tensorproof_r1cs::Fr;

use crate::stored::{Stored, StoredPoint};

/// Bits of `s + k r`.
const BITS: usize = 254 + 64;
const WIDEST: usize = 16;

/// Scalars, each with a random multiple of the order added to it.
#[derive(Debug)]
pub(crate) struct Blinded {
    all: Vec<[u64; 5]>,
    /// Where the points that buckets start at come from.
    seed: [u8; 32],
}

/// A sum, and how many points were added for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<P: SWCurveConfig> {
    pub(crate) total: Projective<P>,
    pub(crate) additions: usize,
}

impl<P: SWCurveConfig> Counted<P> {
    fn add(&mut self, point: &Projective<P>) {
        self.total += point;
        self.additions += 1;
    }
}

impl Blinded {
    pub(crate) fn of(values: &[Fr], rng: &mut impl RngCore) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let all = values.iter().map(|value| blinded(value, rng.next_u64())).collect();
        Self { all, seed }
    }

    /// Returns the sum of `scalar * point` over the points, the first of which belongs to the scalar at `first`. The points are in the
    /// subgroup; those that are infinity take no work, whatever the scalars.
    pub(crate) fn sum<P: SWCurveConfig>(&self, points: &Stored<Affine<P>>, first: usize) -> Counted<P>
    where
        Affine<P>: StoredPoint<Field = P::BaseField>,
    {
        let additions = |bits: usize| BITS.div_ceil(bits) * (points.len() + (3 << bits));
        let bits = (1..=WIDEST).min_by_key(|bits| additions(*bits)).unwrap_or(WIDEST);
        let mut rng = StdRng::from_seed(self.seed);
        let start = [Affine::rand(&mut rng), Affine::rand(&mut rng)];
        let windows = (0..BITS.div_ceil(bits)).into_par_iter().with_max_len(1);
        let sums: Vec<_> = windows.map(|window| self.window(points, first, bits, window, start)).collect();
        let mut all = Counted { total: Projective::ZERO, additions: 0 };
        for sum in sums.iter().rev() {
            for _ in 0..bits {
                all.total.double_in_place();
            }
            all.add(&sum.total);
            all.additions += sum.additions;
        }
        all
    }

    /// Returns the sum of `digit * point` over one window. Bucket `d` starts at `start[0] + d * start[1]`.
    fn window<P: SWCurveConfig>(
        &self,
        points: &Stored<Affine<P>>,
        first: usize,
        bits: usize,
        window: usize,
        start: [Affine<P>; 2],
    ) -> Counted<P>
    where
        Affine<P>: StoredPoint<Field = P::BaseField>,
    {
        let mut additions = 0;
        let mut next = Projective::from(start[0]);
        let mut buckets = Vec::with_capacity(1 << bits);
        for _ in 0..1 << bits {
            buckets.push(next);
            next += start[1];
            additions += 1;
        }
        let points = points.view();
        for (position, scalar) in self.all.iter().skip(first).enumerate() {
            let Some((x, y)) = points.coordinates(position) else { continue };
            buckets[digit(scalar, bits, window)] += Affine::<P>::new_unchecked(x, y);
            additions += 1;
        }
        let mut above = Counted { total: Projective::<P>::ZERO, additions };
        let mut sum = Counted { total: Projective::ZERO, additions: 0 };
        for bucket in buckets[1..].iter().rev() {
            above.add(bucket);
            sum.add(&above.total);
        }
        // The sums of all digits and of their squares.
        let last = (1u64 << bits) - 1;
        let (digits, squares) = (last * (last + 1) / 2, last * (last + 1) * (2 * last + 1) / 6);
        let starts = start[0] * P::ScalarField::from(digits) + start[1] * P::ScalarField::from(squares);
        sum.add(&-starts);
        sum.additions += above.additions;
        sum
    }
}

/// Returns `value + factor * r`.
fn blinded(value: &Fr, factor: u64) -> [u64; 5] {
    let mut sum = [0; 5];
    let mut carry = 0u128;
    for (limb, (value, order)) in sum.iter_mut().zip(value.into_bigint().0.iter().zip(Fr::MODULUS.0)) {
        carry += u128::from(*value) + u128::from(factor) * u128::from(order);
        #[expect(clippy::cast_possible_truncation, reason = "the rest is carried")]
        let low = carry as u64;
        *limb = low;
        carry >>= 64;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the sum has 318 bits")]
    let high = carry as u64;
    sum[4] = high;
    sum
}

/// Returns a digit, which is not signed.
fn digit(scalar: &[u64; 5], bits: usize, window: usize) -> usize {
    let (limb, shift) = (bits * window / 64, bits * window % 64);
    let above = scalar.get(limb + 1).copied().unwrap_or(0);
    let both = u128::from(scalar[limb]) | u128::from(above) << 64;
    (both >> shift) as usize & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use ark_bn254::{g1, g2};
    use ark_ec::CurveGroup as _;
    use ark_ff::{BigInt, BigInteger as _};
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn blinded_scalars_are_the_same_modulo_the_order() {
        let rng = &mut StdRng::seed_from_u64(1);
        let order = BigUint::from(Fr::MODULUS);
        let mut half = Fr::MODULUS_MINUS_ONE_DIV_TWO;
        half.add_with_carry(&BigInt::one());
        for value in [Fr::from(0u64), Fr::from(1u64), -Fr::from(1u64), Fr::new(half), Fr::rand(rng)] {
            for factor in [0, 1, u64::MAX, rng.next_u64()] {
                let limbs = blinded(&value, factor);
                let integer = limbs.iter().rev().fold(BigUint::ZERO, |sum, limb| (sum << 64) + *limb);
                assert_eq!(integer, BigUint::from(value.into_bigint()) + &order * factor);
                assert!(integer.bits() <= BITS as u64);
                for bits in 1..=WIDEST {
                    let digits = (0..BITS.div_ceil(bits)).rev().map(|window| digit(&limbs, bits, window));
                    assert_eq!(digits.fold(BigUint::ZERO, |sum, digit| (sum << bits) + digit), integer);
                }
            }
        }
    }

    fn check<P: SWCurveConfig<ScalarField = Fr>>(count: usize)
    where
        Affine<P>: StoredPoint<Field = P::BaseField>,
    {
        let rng = &mut StdRng::seed_from_u64(2);
        let mut points: Vec<Affine<P>> = (0..count).map(|_| Affine::rand(rng)).collect();
        for (index, point) in points.iter_mut().enumerate() {
            if index % 5 == 1 {
                *point = Affine::identity();
            }
        }
        // Points that are equal or opposite, next to each other.
        if let [one, other, third, ..] = &mut points[..] {
            (*other, *third) = (*one, -*one);
        }
        let stored = Stored::from(points.as_slice());
        let [zero, one] = [0u64, 1].map(Fr::from);
        let mut additions = Vec::new();
        for scalars in [
            vec![zero; count],
            vec![one; count],
            vec![-one; count],
            (0..count).map(|index| if index == 0 { one } else { zero }).collect(),
            (0..count as u64).map(Fr::from).collect(),
            (0..count).map(|_| Fr::rand(rng)).collect(),
        ] {
            for first in [0, count / 3] {
                let tail = Stored::from(&points[first..]);
                let stored = if first == 0 { &stored } else { &tail };
                let found = Blinded::of(&scalars, rng).sum(stored, first);
                let products =
                    points[first..].iter().zip(&scalars[first..]).map(|(point, scalar)| *point * scalar);
                assert_eq!(found.total.into_affine(), products.sum::<Projective<P>>().into_affine());
                additions.push((first, found.additions));
            }
        }
        for (first, found) in &additions {
            let (_, expected) =
                additions.iter().find(|(other, _)| other == first).copied().unwrap_or_default();
            assert_eq!(*found, expected, "{count} points from {first}");
        }
    }

    /// The work is counted in additions, of which all are alike.
    #[test]
    fn all_scalars_take_the_same_additions() {
        for count in [0, 1, 2, 3, 50, 700] {
            check::<g1::Config>(count);
            check::<g2::Config>(count);
        }
    }
}
