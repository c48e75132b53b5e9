//! Scalars as `k1 + k2 lambda`, both about as long as the square root of the order, in digits of four bits.

use ark_bn254::Fr;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ff::{BigInt, BigInteger as _, PrimeField as _};
use num_bigint::BigUint;
use zeroize::Zeroize;

/// Bits of a digit.
pub(super) const WINDOW: usize = 4;
/// Digits of a half: two bits more than the longest has, as a test computes from the basis.
const DIGITS: usize = 33;

/// A short basis of the lattice of `(a, b)` with `a + b lambda = 0`, and what rounds to it.
#[derive(Clone, Debug)]
pub(super) struct Halves {
    lambda: Fr,
    /// The second coordinates of the basis.
    second: [Fr; 2],
    /// `2^256 / r` times the coordinate by which a scalar is rounded to a multiple of each vector, and its sign.
    factors: [(bool, BigInt<4>); 2],
}

/// The digits of both halves, in `[-8, 7]`, lowest first.
#[derive(Clone, Debug)]
pub(super) struct Digits([[i8; DIGITS]; 2]);

impl Zeroize for Digits {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl Digits {
    pub(super) fn digit(&self, half: usize, window: usize) -> i8 {
        self.0[half][window]
    }

    /// Returns the number of digits up to the last that is not zero.
    pub(super) fn windows(&self) -> usize {
        let used =
            |digits: &[i8; DIGITS]| digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1);
        used(&self.0[0]).max(used(&self.0[1]))
    }
}

impl Halves {
    pub(super) fn new<P: GLVConfig<ScalarField = Fr>>() -> Self {
        let [_, n12, _, n22] = P::SCALAR_DECOMP_COEFFS;
        let order: BigUint = Fr::MODULUS.into();
        let factor = |(is_positive, value): (bool, BigInt<4>)| {
            let factor = (BigUint::from(value) << 256u32) / &order;
            (is_positive, BigInt::try_from(factor).unwrap_or_default())
        };
        let signed = |(is_positive, value): (bool, BigInt<4>)| {
            let value = Fr::from_bigint(value).unwrap_or_default();
            if is_positive { value } else { -value }
        };
        // A scalar is n22 times the first vector less n12 times the second, over the order.
        let factors = [factor(n22), factor((!n12.0, n12.1))];
        Self { lambda: P::LAMBDA, second: [signed(n12), signed(n22)], factors }
    }

    /// Returns the digits of a scalar.
    pub(super) fn digits(&self, scalar: &Fr) -> Digits {
        let integer = scalar.into_bigint();
        let mut k2 = Fr::from(0u64);
        for ((is_positive, factor), second) in self.factors.iter().zip(&self.second) {
            let times = Fr::from_bigint(integer.mul_high(factor)).unwrap_or_default();
            if *is_positive {
                k2 -= times * second;
            } else {
                k2 += times * second;
            }
        }
        let k1 = *scalar - k2 * self.lambda;
        Digits([k1, k2].map(|half| digits_of(&half)))
    }
}

/// Returns the digits of a scalar that is short, or the opposite of a short one.
fn digits_of(half: &Fr) -> [i8; DIGITS] {
    let (integer, opposite) = (half.into_bigint(), (-*half).into_bigint());
    let is_negative = opposite < integer;
    let mut shifted = if is_negative { opposite } else { integer };
    // Eight in each place turns digits of 0 to 15 into signed ones.
    shifted.add_with_carry(&BigInt::new([0x8888_8888_8888_8888, 0x8888_8888_8888_8888, 0x8, 0]));
    let mut digits = [0; DIGITS];
    for (place, digit) in digits.iter_mut().enumerate() {
        let bits = shifted.0[place / 16] >> (WINDOW * (place % 16)) & 15;
        let signed = bits as i8 - 8;
        *digit = if is_negative { -signed } else { signed };
    }
    digits
}

#[cfg(test)]
mod tests {
    use ark_bn254::{g1, g2};
    use ark_ff::{Field as _, UniformRand as _};
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;

    use super::*;

    fn check<P: GLVConfig<ScalarField = Fr>>() {
        let halves = Halves::new::<P>();
        let rng = &mut StdRng::seed_from_u64(1);
        let two = Fr::from(2u64);
        let edges = (0u64..254).flat_map(|bits| {
            let power = two.pow([bits]);
            [
                power,
                -power,
                power - Fr::from(1u64),
                P::LAMBDA * power,
                P::LAMBDA.inverse().unwrap_or_default() * power,
            ]
        });
        let random = (0..2000).map(|_| Fr::rand(rng));
        for scalar in edges.chain(random).chain([Fr::from(0u64)]) {
            let digits = halves.digits(&scalar);
            let value = |half: usize| {
                (0..digits.windows()).rev().fold(Fr::from(0u64), |sum, window| {
                    sum * Fr::from(16u64) + Fr::from(digits.digit(half, window))
                })
            };
            assert_eq!(value(0) + value(1) * P::LAMBDA, scalar);
        }
    }

    /// Both roundings to a multiple are below it by less than two, so that halves are less than twice the sum of the vectors.
    fn check_lengths<P: GLVConfig<ScalarField = Fr>>() {
        let [n11, n12, n21, n22] = P::SCALAR_DECOMP_COEFFS.map(|(_, value)| BigUint::from(value));
        for half in [n11 + n21, n12 + n22] {
            assert!((half * 2u32).bits() <= (WINDOW * DIGITS - 2) as u64);
        }
    }

    #[test]
    fn halves_of_all_scalars_have_so_many_digits() {
        check_lengths::<g1::Config>();
        check_lengths::<g2::Config>();
    }

    #[test]
    fn digits_are_those_of_the_scalar() {
        check::<g1::Config>();
        check::<g2::Config>();
    }
}
