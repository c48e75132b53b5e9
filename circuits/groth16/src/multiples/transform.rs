//! Inverse Fourier transforms of points.

use ark_bn254::Fr;
use ark_ec::short_weierstrass::Affine;
use ark_poly::{EvaluationDomain as _, Radix2EvaluationDomain};
use rayon::prelude::*;

use super::batch::Batch;
use super::{Multiply, TASK, multiples};
use crate::ifma::Ifma;

/// Returns `1/n` times the sums of the points with the powers of each inverse root of unity: of powers of tau, the Lagrange
/// polynomials at tau. There are as many points as the domain has elements.
pub(crate) fn inverse_transform<P: Multiply>(
    mut points: Vec<Affine<P>>,
    domain: &Radix2EvaluationDomain<Fr>,
) -> Vec<Affine<P>> {
    let size = points.len();
    debug_assert_eq!(size, domain.size());
    let roots: Vec<Fr> = Radix2EvaluationDomain::<Fr>::elements(domain).take(size / 2 + 1).collect();
    // The root's inverse to the power `exponent`, below half the size.
    let inverse = |exponent: usize| if exponent == 0 { roots[0] } else { -roots[size / 2 - exponent] };
    reverse_bits(&mut points);
    let mut half = 1;
    while half < size {
        points = stage(&points, half, |step| inverse(step * (size / 2 / half)));
        half *= 2;
    }
    multiples(&points, |_| domain.size_inv())
}

/// Combines blocks of `half` points to blocks of twice as many.
fn stage<P: Multiply>(
    points: &[Affine<P>],
    half: usize,
    root: impl Fn(usize) -> Fr + Sync,
) -> Vec<Affine<P>> {
    let mut high: Vec<Affine<P>> = lower(points.len(), half).map(|low| points[low + half]).collect();
    // The first step of a block multiplies by one.
    let others: Vec<usize> = (0..high.len()).filter(|index| index % half != 0).collect();
    let factors: Vec<Affine<P>> = others.iter().map(|index| high[*index]).collect();
    let products = multiples(&factors, |position| root(others[position] % half));
    for (index, product) in others.into_iter().zip(products) {
        high[index] = product;
    }
    let low: Vec<Affine<P>> = lower(points.len(), half).map(|low| points[low]).collect();
    let ifma = Ifma::detect();
    let combined: Vec<[Vec<Affine<P>>; 2]> = low
        .par_chunks(TASK)
        .zip(high.par_chunks(TASK))
        .map(|(low, high)| {
            let (mut sum, mut difference) = (Batch::new(low, ifma), Batch::new(low, ifma));
            sum.add(|index| Some(high[index]));
            difference.add(|index| Some(-high[index]));
            [sum, difference].map(|batch| batch.points().to_vec())
        })
        .collect();
    let both = combined.iter().flat_map(|[sums, differences]| sums.iter().zip(differences));
    let mut result = points.to_vec();
    for (low, (sum, difference)) in lower(points.len(), half).zip(both) {
        result[low] = *sum;
        result[low + half] = *difference;
    }
    result
}

/// Returns the places of the lower points of all butterflies.
fn lower(size: usize, half: usize) -> impl Iterator<Item = usize> {
    (0..size / 2).map(move |index| index / half * 2 * half + index % half)
}

/// Puts each point where its index read backwards tells.
fn reverse_bits<T>(points: &mut [T]) {
    let bits = points.len().trailing_zeros();
    for place in 0..points.len() {
        let other = place.reverse_bits().checked_shr(usize::BITS - bits).unwrap_or(0);
        if place < other {
            points.swap(place, other);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ark_bn254::{g1, g2};
    use ark_ec::CurveGroup as _;
    use ark_ec::short_weierstrass::Projective;
    use ark_ff::UniformRand as _;
    use ark_poly::domain::DomainCoeff;
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;

    use super::*;

    fn check<P: Multiply>()
    where
        Projective<P>: DomainCoeff<Fr>,
    {
        let rng = &mut StdRng::seed_from_u64(1);
        for power in 0..6 {
            let size = 1 << power;
            let domain = Radix2EvaluationDomain::<Fr>::new(size).unwrap();
            let mut points: Vec<Affine<P>> = (0..size).map(|_| Affine::rand(rng)).collect();
            points[size / 2] = Affine::identity();
            let expected =
                domain.ifft(&points.iter().map(|point| (*point).into()).collect::<Vec<Projective<P>>>());
            assert_eq!(
                inverse_transform(points, &domain),
                Projective::normalize_batch(&expected),
                "2^{power}"
            );
        }
    }

    #[test]
    fn agrees_with_arkworks() {
        check::<g1::Config>();
        check::<g2::Config>();
    }
}
