//! Every way to a sum against adding and doubling.

use ark_bn254::{Fr, G1Affine, G2Affine, g1, g2};
use ark_ec::AffineRepr as _;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ec::{AdditiveGroup as _, CurveGroup as _};
use ark_ff::{Field as _, PrimeField, UniformRand as _};
use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use proptest::prelude::*;

use super::*;

fn naive<P: SWCurveConfig<ScalarField = Fr>>(points: &[Affine<P>], scalars: &[Fr]) -> Projective<P> {
    points.iter().zip(scalars).map(|(point, scalar)| point.mul_bigint(scalar.into_bigint())).sum()
}

fn check<P: AddPairs<ScalarField = Fr>>(points: &[Affine<P>], scalars: &[Fr])
where
    Affine<P>: StoredPoint<Field = P::BaseField>,
{
    let stored = Stored::from(points);
    // The points of a tail of the scalars, as those of the private wires.
    let first = scalars.len() / 3;
    let tail = Stored::from(&points[first..]);
    let expected = [naive(points, scalars), naive(&points[first..], &scalars[first..])];
    for ifma in [None, Ifma::detect()] {
        assert_eq!(msm_on(&stored, 0, &Scalars::of(scalars), ifma), expected[0]);
        assert_eq!(msm_on(&tail, first, &Scalars::of(scalars), ifma), expected[1]);
    }
}

/// A scalar of one of the kinds that witnesses have.
fn scalar(kind: u8, rng: &mut StdRng) -> Fr {
    let small = |bits: u32, rng: &mut StdRng| Fr::from(rng.r#gen::<u64>() >> (64 - bits));
    let value = match kind % 10 {
        0 => Fr::from(0u64),
        1 | 2 => Fr::from(1u64),
        3 => small(8, rng),
        4 => small(16, rng),
        5 => small(33, rng),
        6 => Fr::from(2u64).pow([rng.gen_range(0u64..254)]),
        7 => Fr::from(2u64).pow([rng.gen_range(0u64..254)]) - Fr::from(1u64),
        8 => Fr::from_bigint(Fr::MODULUS_MINUS_ONE_DIV_TWO).unwrap_or_default() + small(1, rng),
        _ => Fr::rand(rng),
    };
    if rng.r#gen() { value } else { -value }
}

/// A point that may be infinity, one of those before, or its negative.
fn point<P: SWCurveConfig>(before: &[Affine<P>], rng: &mut StdRng) -> Affine<P> {
    let earlier = if before.is_empty() { Affine::identity() } else { before[rng.gen_range(0..before.len())] };
    match rng.gen_range(0..8) {
        0 => Affine::identity(),
        1 => earlier,
        2 => -earlier,
        _ => Affine::rand(rng),
    }
}

fn points<P: SWCurveConfig>(count: usize, rng: &mut StdRng) -> Vec<Affine<P>> {
    let mut points = Vec::new();
    for _ in 0..count {
        points.push(point(&points, rng));
    }
    points
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn sums_agree_with_the_naive_ones(seed: u64, kinds in proptest::collection::vec(any::<u8>(), 0..120)) {
        let rng = &mut StdRng::seed_from_u64(seed);
        let scalars: Vec<Fr> = kinds.iter().map(|kind| scalar(*kind, rng)).collect();
        check::<g1::Config>(&points(kinds.len(), rng), &scalars);
        check::<g2::Config>(&points(kinds.len(), rng), &scalars);
    }

    #[test]
    fn sums_of_one_kind_agree_with_the_naive_ones(seed: u64, kind: u8, count in 1usize..300) {
        let rng = &mut StdRng::seed_from_u64(seed);
        let scalars: Vec<Fr> = (0..count).map(|_| scalar(kind, rng)).collect();
        check::<g1::Config>(&points(count, rng), &scalars);
    }
}

/// Multiples of the generator by 0, 1, 2, ..., so that long sums have a short form.
fn multiples<P: SWCurveConfig>(count: usize) -> Vec<Affine<P>> {
    let mut multiples = vec![Projective::<P>::ZERO; count];
    for index in 1..count {
        multiples[index] = multiples[index - 1] + P::GENERATOR;
    }
    Projective::normalize_batch(&multiples)
}

/// Longer than a block, and cut into parts.
#[test]
fn long_sums_agree_with_their_short_form() {
    let count = 300_000;
    let rng = &mut StdRng::seed_from_u64(1);
    let stored = Stored::from(multiples::<g1::Config>(count).as_slice());
    for kinds in [&[1][..], &[0, 1, 2, 4], &[1, 1, 1, 1, 1, 1, 1, 1, 1, 9]] {
        let scalars: Vec<Fr> = (0..count).map(|index| scalar(kinds[index % kinds.len()], rng)).collect();
        let total: Fr = scalars.iter().zip(0u64..).map(|(scalar, index)| *scalar * Fr::from(index)).sum();
        assert_eq!(msm(&stored, 0, &Scalars::of(&scalars)), G1Affine::generator() * total);
    }
}

#[test]
fn all_points_the_same_or_opposite() {
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    for count in [1u64, 2, 3, 8192, 8193, 20_000] {
        let ones = vec![Fr::from(1u64); usize::try_from(count).unwrap_or_default()];
        let stored = Stored::from(vec![g1; ones.len()].as_slice());
        assert_eq!(msm(&stored, 0, &Scalars::of(&ones)), g1 * Fr::from(count));
        let opposite: Vec<G2Affine> = (0..count).map(|index| if index % 2 == 0 { g2 } else { -g2 }).collect();
        let expected = g2 * Fr::from(count % 2);
        assert_eq!(msm(&Stored::from(opposite.as_slice()), 0, &Scalars::of(&ones)), expected);
    }
}
