//! Whether a product of pairings is one.

use ark_bn254::{Bn254, Fq2, Fq6, Fq6Config, Fq12, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ec::pairing::{MillerLoopOutput, Pairing as _};
use ark_ff::{Field as _, Fp6Config as _, Zero as _};
use rayon::prelude::*;

use crate::lines::{Lines, digits};
use crate::tower::{by_v, product, product_6, product_6_by_2, square_12};

/// Pairs that share the squarings of one loop, on one thread.
const TOGETHER: usize = 16;

/// Returns whether the product of the pairings of some points of G1 with points of G2, given by their lines, is one.
pub(crate) fn product_is_one(pairs: &[(G1Affine, &Lines)]) -> bool {
    let value = if pairs.len() <= TOGETHER {
        miller_loop(pairs)
    } else {
        pairs.par_chunks(TOGETHER).map(miller_loop).product()
    };
    Bn254::final_exponentiation(MillerLoopOutput(value)).is_some_and(|product| product.is_zero())
}

/// Returns whether two points are the same multiple of the generators; the one of G2 is on the curve.
pub(crate) fn same_multiple(one: &G1Affine, two: &G2Affine) -> bool {
    let lines = Lines::of(&G2Affine::generator()).zip(Lines::of(two));
    lines.is_some_and(|(generator, lines)| {
        product_is_one(&[(-*one, &generator), (G1Affine::generator(), &lines)])
    })
}

/// Returns the product of the optimal ate pairings before the final exponentiation.
fn miller_loop(pairs: &[(G1Affine, &Lines)]) -> Fq12 {
    // A pairing with infinity is one.
    let mut pairs: Vec<_> = pairs.iter().map(|(point, lines)| (point, lines.iter())).collect();
    pairs.retain(|(point, _)| !point.is_zero());
    let mut value = Fq12::ONE;
    let mut step = |value: &mut Fq12| {
        let mut values =
            pairs.iter_mut().filter_map(|(point, lines)| lines.next().map(|line| line.at(point)));
        while let Some(one) = values.next() {
            match values.next() {
                Some(other) => mul_by_both(value, &one, &other),
                None => mul_by_line(value, &one),
            }
        }
    };
    for (position, digit) in digits().enumerate() {
        if position > 0 {
            value = square_12(&value);
        }
        step(&mut value);
        if digit != 0 {
            step(&mut value);
        }
    }
    step(&mut value);
    step(&mut value);
    value
}

/// Multiplies by a line, given by its factors of 1, w and v w.
fn mul_by_line(value: &mut Fq12, [one, w, vw]: &[Fq2; 3]) {
    let Fq12 { c0, c1, .. } = *value;
    let of_even = Fq6::new(product(&c0.c0, one), product(&c0.c1, one), product(&c0.c2, one));
    let of_odd = product_6_by_2(&c1, w, vw);
    value.c1 = product_6_by_2(&(c0 + c1), &(*one + w), vw) - of_even - of_odd;
    value.c0 = of_even + by_v(of_odd);
}

/// Multiplies by two lines: first with each other, as most of what they have is zero.
fn mul_by_both(value: &mut Fq12, [a, a_w, a_vw]: &[Fq2; 3], [b, b_w, b_vw]: &[Fq2; 3]) {
    let (one, w, vw) = (product(a, b), product(a_w, b_w), product(a_vw, b_vw));
    let mut vvw = vw;
    Fq6Config::mul_fp2_by_nonresidue_in_place(&mut vvw);
    let cross = |a: &Fq2, b: &Fq2, c: &Fq2, d: &Fq2| product(&(*a + b), &(*c + d));
    let even = Fq6::new(one + vvw, w, cross(a_w, a_vw, b_w, b_vw) - w - vw);
    let odd = [cross(a, a_w, b, b_w) - one - w, cross(a, a_vw, b, b_vw) - one - vw];
    let Fq12 { c0, c1, .. } = *value;
    let of_even = product_6(&c0, &even);
    let of_odd = product_6_by_2(&c1, &odd[0], &odd[1]);
    let sum = Fq6::new(even.c0 + odd[0], even.c1 + odd[1], even.c2);
    value.c1 = product_6(&(c0 + c1), &sum) - of_even - of_odd;
    value.c0 = of_even + by_v(of_odd);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ark_bn254::Fr;
    use ark_ff::UniformRand as _;
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;

    use super::*;

    /// Returns points whose pairings have the product one, infinity among them.
    fn points(count: usize, rng: &mut StdRng) -> Vec<(G1Affine, G2Affine)> {
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        let factors: Vec<(Fr, Fr)> = (0..count).map(|_| (Fr::rand(rng), Fr::rand(rng))).collect();
        let sum: Fr = factors.iter().map(|(left, right)| *left * right).sum();
        let multiples = factors.iter().map(|(left, right)| ((g1 * left).into(), (g2 * right).into()));
        let others = [(G1Affine::identity(), g2), ((g1 * -sum).into(), g2), (g1, G2Affine::identity())];
        multiples.chain(others).collect()
    }

    fn both_agree(points: &[(G1Affine, G2Affine)]) -> bool {
        let lines: Vec<Lines> = points.iter().map(|(_, point)| Lines::of(point).unwrap()).collect();
        let pairs: Vec<_> = points.iter().map(|(point, _)| *point).zip(&lines).collect();
        let (left, right): (Vec<_>, Vec<_>) = points.iter().copied().unzip();
        let expected = Bn254::multi_pairing(left, right).0 == Fq12::ONE;
        assert_eq!(product_is_one(&pairs), expected);
        expected
    }

    #[test]
    fn agrees_with_arkworks() {
        let rng = &mut StdRng::seed_from_u64(5);
        assert!(both_agree(&[]));
        for count in [1, 2, 3, 8, 30] {
            let mut points = points(count, rng);
            assert!(both_agree(&points));
            points[0].0 = G1Affine::rand(rng);
            assert!(!both_agree(&points));
            points[0].1 = G2Affine::rand(rng);
            assert!(!both_agree(&points));
            assert!(!both_agree(&points[..1]));
        }
    }

    #[test]
    fn multiples_of_both_generators_are_the_same_or_not() {
        let rng = &mut StdRng::seed_from_u64(8);
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        for factor in [Fr::from(0u64), Fr::from(1u64), -Fr::from(1u64), Fr::rand(rng)] {
            let (one, two): (G1Affine, G2Affine) = ((g1 * factor).into(), (g2 * factor).into());
            assert!(same_multiple(&one, &two));
            assert!(!same_multiple(&(one + g1).into(), &two));
            assert!(!same_multiple(&one, &(two + g2).into()));
        }
    }

    /// The value of the loop itself, which arkworks computes with lines of the same scale.
    #[test]
    fn loops_agree_with_arkworks() {
        let rng = &mut StdRng::seed_from_u64(6);
        for count in 1..6 {
            let (left, right): (Vec<_>, Vec<_>) =
                (0..count).map(|_| (G1Affine::rand(rng), G2Affine::rand(rng))).unzip();
            let lines: Vec<Lines> = right.iter().map(|point| Lines::of(point).unwrap()).collect();
            let pairs: Vec<_> = left.iter().copied().zip(&lines).collect();
            assert_eq!(miller_loop(&pairs), Bn254::multi_miller_loop(left, right).0);
        }
    }
}
