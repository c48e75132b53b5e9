//! Many points, each multiplied by a scalar of its own: all take the same steps, so that the inversions of affine additions
//! are shared.
//!
//! With the endomorphism `phi` of the curve a scalar is `k1 + k2 lambda`, both of half its length; digits of four bits choose
//! among eight multiples of a point and of its image.
//!
//! Source: Gallant, Lambert, Vanstone, "Faster point multiplication on elliptic curves with efficient endomorphisms" (2001).

mod batch;
mod fixed;
mod halves;
mod transform;

use ark_bn254::Fr;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::short_weierstrass::Affine;
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::ifma::Ifma;
use crate::msm::AddPairs;
use batch::Batch;
use halves::{Digits, Halves, WINDOW};

pub(crate) use fixed::FixedPoint;
pub(crate) use transform::inverse_transform;

/// Points that share inversions; their multiples stay in the processor's nearer caches.
const TASK: usize = 512;
/// Multiples of a point that digits choose from.
const MULTIPLES: usize = 1 << (WINDOW - 1);

/// Curves whose points are multiplied this way.
pub(crate) trait Multiply: AddPairs + GLVConfig<ScalarField = Fr> {}

impl<P: AddPairs + GLVConfig<ScalarField = Fr>> Multiply for P {}

/// Returns `points[i] * scalar(i)`, on all cores. The points are in the subgroup of prime order: of others, `phi` is no multiple.
pub(crate) fn multiples<P: Multiply>(
    points: &[Affine<P>],
    scalar: impl Fn(usize) -> Fr + Sync,
) -> Vec<Affine<P>> {
    let (halves, ifma) = (Halves::new::<P>(), Ifma::detect());
    let mut found = vec![Affine::identity(); points.len()];
    let tasks = found.par_chunks_mut(TASK).zip(points.par_chunks(TASK)).enumerate();
    tasks.for_each(|(task, (found, points))| {
        let products = products(&halves, points, |index| scalar(task * TASK + index), ifma);
        found.copy_from_slice(products.points());
    });
    found
}

/// Returns the products of one task.
fn products<P: Multiply>(
    halves: &Halves,
    points: &[Affine<P>],
    scalar: impl Fn(usize) -> Fr,
    ifma: Option<Ifma>,
) -> Batch<P> {
    let digits: Zeroizing<Vec<_>> =
        Zeroizing::new((0..points.len()).map(|index| halves.digits(&scalar(index))).collect());
    let windows = digits.iter().map(Digits::windows).max().unwrap_or(0);
    // The multiples by 1 to 8.
    let mut table = Vec::with_capacity(MULTIPLES);
    let mut batch = Batch::new(points, ifma);
    table.push(batch.points().to_vec());
    for _ in 1..MULTIPLES {
        batch.add(|index| Some(&points[index]).copied());
        table.push(batch.points().to_vec());
    }
    let mut sum = Batch::new(&vec![Affine::<P>::identity(); points.len()], ifma);
    for window in (0..windows).rev() {
        for _ in 0..WINDOW {
            sum.double();
        }
        for half in 0..2 {
            sum.add(|index| {
                let digit = digits[index].digit(half, window);
                let multiple = table[usize::from(digit.unsigned_abs()).checked_sub(1)?][index];
                let multiple = if half == 0 { multiple } else { P::endomorphism_affine(&multiple) };
                Some(if digit < 0 { -multiple } else { multiple })
            });
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use ark_bn254::{g1, g2};
    use ark_ec::{AffineRepr as _, CurveGroup as _};
    use ark_ff::{Field as _, PrimeField as _, UniformRand as _};
    use ark_std::rand::rngs::StdRng;
    use ark_std::rand::{Rng as _, SeedableRng as _};

    use super::*;

    /// Points of all kinds by scalars of all kinds.
    fn check<P: Multiply>(count: usize, rng: &mut StdRng) {
        let some = Affine::<P>::rand(rng);
        let points: Vec<Affine<P>> = (0..count)
            .map(|_| match rng.gen_range(0..6) {
                0 => Affine::identity(),
                1 => some,
                2 => -some,
                _ => Affine::rand(rng),
            })
            .collect();
        let lambda = P::LAMBDA;
        let scalars: Vec<Fr> = (0..count)
            .map(|_| match rng.gen_range(0..10) {
                0 => Fr::from(0u64),
                1 => Fr::from(rng.gen_range(0u64..20)),
                2 => -Fr::from(rng.gen_range(0u64..20)),
                3 => lambda * Fr::from(rng.gen_range(0u64..20)),
                4 => -lambda - Fr::from(rng.gen_range(0u64..20)),
                5 => Fr::from(2u64).pow([rng.gen_range(0u64..254)]),
                6 => Fr::from(2u64).inverse().unwrap_or_default(),
                _ => Fr::rand(rng),
            })
            .collect();
        let found = multiples(&points, |index| scalars[index]);
        for ((found, point), scalar) in found.iter().zip(&points).zip(&scalars) {
            assert_eq!(*found, point.mul_bigint(scalar.into_bigint()).into_affine(), "{scalar}");
        }
    }

    #[test]
    fn agree_with_multiplications_one_by_one() {
        let rng = &mut StdRng::seed_from_u64(1);
        for count in [0, 1, 2, 7, 8, 300, TASK + 1] {
            check::<g1::Config>(count, rng);
            check::<g2::Config>(count, rng);
        }
    }
}
