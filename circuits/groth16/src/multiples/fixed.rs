//! One point multiplied by many scalars: a sum of multiples that are computed once, one for each window of a scalar.
//!
//! Source: Brickell, Gordon, McCurley, Wilson, "Fast exponentiation with precomputation" (1992).

use ark_bn254::Fr;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ec::{AdditiveGroup as _, CurveGroup as _};
use ark_ff::PrimeField as _;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::batch::Batch;
use crate::ifma::Ifma;
use crate::msm::{AddPairs, SignedDigits};

/// Bits of a scalar, and one for the sign of its highest digit.
const BITS: usize = Fr::MODULUS_BIT_SIZE as usize + 1;
/// More bits of a window are more multiples than the processor's caches have room for.
const WIDEST: usize = 12;

/// Scalars that share inversions: so many that the multiples for a window are used again while they are in the nearer caches.
const TASK: usize = 4096;

/// A point with its multiples.
#[derive(Debug)]
pub(crate) struct FixedPoint<P: AddPairs> {
    digits: SignedDigits,
    /// For each window, the multiples by 1 to 2^(bits - 1).
    multiples: Vec<Vec<Affine<P>>>,
    ifma: Option<Ifma>,
}

impl<P: AddPairs> FixedPoint<P> {
    /// Computes as many multiples of a point as pay when it is multiplied by so many scalars.
    pub(crate) fn new(point: &Affine<P>, scalars: usize) -> Self {
        let additions = |bits: usize| BITS.div_ceil(bits) * (scalars + (1 << (bits - 1)));
        let bits = (2..=WIDEST).min_by_key(|bits| additions(*bits)).unwrap_or(WIDEST);
        let windows = BITS.div_ceil(bits);
        let mut bases = Vec::with_capacity(windows);
        let mut base = Projective::from(*point);
        for _ in 0..windows {
            bases.push(base);
            for _ in 0..bits {
                base.double_in_place();
            }
        }
        let ifma = Ifma::detect();
        let row = |base: &Affine<P>| {
            let mut row = vec![*base];
            while row.len() < 1 << (bits - 1) {
                let last = row.last().copied();
                let mut batch = Batch::new(&row, ifma);
                batch.add(|_| last);
                row.extend_from_slice(batch.points());
            }
            row
        };
        let multiples = Projective::normalize_batch(&bases).par_iter().map(row).collect();
        Self { digits: SignedDigits::new(bits, windows), multiples, ifma }
    }

    /// Returns the products with scalars, on all cores.
    pub(crate) fn multiples(&self, scalars: &[Fr]) -> Vec<Affine<P>> {
        let mut products = vec![Affine::identity(); scalars.len()];
        let tasks = products.par_chunks_mut(TASK).zip(scalars.par_chunks(TASK));
        tasks.for_each(|(products, scalars)| products.copy_from_slice(self.products(scalars).points()));
        products
    }

    fn products(&self, scalars: &[Fr]) -> Batch<P> {
        let shifted = |scalar: &Fr| self.digits.shifted(&scalar.into_bigint().0);
        let integers = Zeroizing::new(scalars.iter().map(shifted).collect::<Vec<_>>());
        let mut sum = Batch::new(&vec![Affine::<P>::identity(); scalars.len()], self.ifma);
        for (window, multiples) in self.multiples.iter().enumerate() {
            sum.add(|index| {
                let digit = self.digits.digit(&integers[index], window);
                let multiple = multiples[(digit.unsigned_abs() as usize).checked_sub(1)?];
                Some(if digit < 0 { -multiple } else { multiple })
            });
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G2Affine, g1, g2};
    use ark_ec::AffineRepr as _;
    use ark_ff::{Field as _, UniformRand as _};
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;

    use super::*;

    fn check<P: AddPairs<ScalarField = Fr>>(point: Affine<P>, expected: usize, rng: &mut StdRng) {
        let few = [0u64, 1, 2, 4095, 4096, 4097].map(Fr::from);
        let powers = (0..254).map(|bit| Fr::from(2u64).pow([bit]));
        let mut scalars: Vec<Fr> = powers.chain((0..300).map(|_| Fr::rand(rng))).chain(few).collect();
        scalars.extend(scalars.clone().iter().map(|scalar| -*scalar));
        let fixed = FixedPoint::new(&point, expected);
        for (found, scalar) in fixed.multiples(&scalars).iter().zip(&scalars) {
            assert_eq!(*found, (point * scalar).into_affine(), "{scalar}");
        }
        assert!(fixed.multiples(&[]).is_empty());
        // More than one task takes.
        let many: Vec<Fr> = scalars.iter().copied().cycle().take(TASK + 100).collect();
        let once = fixed.multiples(&scalars);
        assert!(fixed.multiples(&many).iter().eq(once.iter().cycle().take(many.len())));
    }

    #[test]
    fn agree_with_multiplications_one_by_one() {
        let rng = &mut StdRng::seed_from_u64(1);
        // Windows of 2, 3, 5, 6 and 12 bits: those of 3 and 5 have just as many as scalars and a sign.
        for expected in [0, 4, 50, 100, 1 << 20] {
            check::<g1::Config>(G1Affine::generator(), expected, rng);
            check::<g2::Config>(G2Affine::generator(), expected, rng);
        }
        check::<g1::Config>(G1Affine::identity(), 100, rng);
    }
}
