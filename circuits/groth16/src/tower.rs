//! Products in the fields of the pairing, for Miller loops, where they take most of the time.
//!
//! The two coordinates of a product over Fq2 are reduced once each, after three products of integers (Aranha, Karabina, Longa,
//! Gebotys, López: Faster explicit formulas for computing pairings over ordinary curves, 2010/526, section 5). Over Fq6 and Fq12 the
//! formulas are those of Devegili, Ó hÉigeartaigh, Scott and Dahab (Multiplication and squaring on pairing-friendly fields,
//! 2006/471).

use ark_bn254::{Fq, Fq2, Fq6, Fq6Config, Fq12, Fq12Config};
use ark_ff::{AdditiveGroup as _, BigInt, Fp6Config as _, Fp12Config as _, MontConfig as _, PrimeField as _};

/// The modulus of Fq; twice as much fits its four limbs.
const MODULUS: [u64; 4] = Fq::MODULUS.0;
/// -1 / modulus, modulo 2^64.
const INVERSE: u64 = ark_bn254::FqConfig::INV;

/// Returns the product of two elements of Fq2.
pub(crate) fn product(left: &Fq2, right: &Fq2) -> Fq2 {
    let [a0, a1, b0, b1] = [left.c0, left.c1, right.c0, right.c1].map(|element| element.0.0);
    let (first, second) = (wide(a0, b0), wide(a1, b1));
    let all = wide(sum(a0, a1), sum(b0, b1));
    let (rest, is_short) = difference(all, first);
    let (odd, is_shorter) = difference(rest, second);
    debug_assert!(!is_short && !is_shorter);
    let (mut even, is_negative) = difference(first, second);
    if is_negative {
        // The modulus times 2^256, which is more than the product of two elements and nothing to the reduction.
        let mut carry = false;
        for (limb, part) in even[4..].iter_mut().zip(MODULUS) {
            *limb = add(*limb, part, &mut carry);
        }
    }
    Fq2::new(reduced(even), reduced(odd))
}

/// Returns the product of two elements of Fq6.
pub(crate) fn product_6(left: &Fq6, right: &Fq6) -> Fq6 {
    let [first, second, third] =
        [product(&left.c0, &right.c0), product(&left.c1, &right.c1), product(&left.c2, &right.c2)];
    let cross = |a: Fq2, b: Fq2, c: Fq2, d: Fq2| product(&(a + b), &(c + d));
    let mut high = cross(left.c1, left.c2, right.c1, right.c2) - second - third;
    let mut highest = third;
    Fq6Config::mul_fp2_by_nonresidue_in_place(&mut high);
    Fq6Config::mul_fp2_by_nonresidue_in_place(&mut highest);
    Fq6::new(
        first + high,
        cross(left.c0, left.c1, right.c0, right.c1) - first - second + highest,
        cross(left.c0, left.c2, right.c0, right.c2) - first - third + second,
    )
}

/// Returns the product of an element of Fq6 and `one + v * other`.
pub(crate) fn product_6_by_2(left: &Fq6, one: &Fq2, other: &Fq2) -> Fq6 {
    let (first, second) = (product(&left.c0, one), product(&left.c1, other));
    let mut high = product(&left.c2, other);
    Fq6Config::mul_fp2_by_nonresidue_in_place(&mut high);
    let cross = product(&(left.c0 + left.c1), &(*one + other));
    Fq6::new(first + high, cross - first - second, product(&left.c2, one) + second)
}

/// Returns the square of an element of Fq12.
pub(crate) fn square_12(element: &Fq12) -> Fq12 {
    let Fq12 { c0, c1, .. } = element;
    let both = product_6(c0, c1);
    let even = product_6(&(*c0 + c1), &(*c0 + by_v(*c1))) - both - by_v(both);
    Fq12::new(even, both.double())
}

/// Returns the product of an element of Fq6 and v.
pub(crate) fn by_v(mut element: Fq6) -> Fq6 {
    Fq12Config::mul_fp6_by_nonresidue_in_place(&mut element);
    element
}

fn add(left: u64, right: u64, carry: &mut bool) -> u64 {
    let (sum, over) = left.overflowing_add(right);
    let (sum, over_again) = sum.overflowing_add(u64::from(*carry));
    *carry = over | over_again;
    sum
}

fn subtract(left: u64, right: u64, borrow: &mut bool) -> u64 {
    let (difference, under) = left.overflowing_sub(right);
    let (difference, under_again) = difference.overflowing_sub(u64::from(*borrow));
    *borrow = under | under_again;
    difference
}

/// Returns the low half of `sum + left * right + carry`, of which the high one is carried on.
fn multiply_add(sum: u64, left: u64, right: u64, carry: &mut u64) -> u64 {
    let all = u128::from(sum) + u128::from(left) * u128::from(right) + u128::from(*carry);
    *carry = (all >> 64) as u64;
    #[expect(clippy::cast_possible_truncation, reason = "the rest is carried")]
    let low = all as u64;
    low
}

/// Returns the sum of two integers below the modulus, which is below 2^255.
fn sum(left: [u64; 4], right: [u64; 4]) -> [u64; 4] {
    let mut carry = false;
    let sum = std::array::from_fn(|at| add(left[at], right[at], &mut carry));
    debug_assert!(!carry);
    sum
}

/// Returns a difference modulo 2^512, and whether it is negative.
fn difference(left: [u64; 8], right: [u64; 8]) -> ([u64; 8], bool) {
    let mut borrow = false;
    (std::array::from_fn(|at| subtract(left[at], right[at], &mut borrow)), borrow)
}

fn wide(left: [u64; 4], right: [u64; 4]) -> [u64; 8] {
    let mut product = [0; 8];
    for (at, limb) in left.into_iter().enumerate() {
        let mut carry = 0;
        for (position, other) in right.into_iter().enumerate() {
            product[at + position] = multiply_add(product[at + position], limb, other, &mut carry);
        }
        product[at + 4] = carry;
    }
    product
}

/// Returns an integer below 2^256 times the modulus, divided by 2^256: Montgomery's reduction.
fn reduced(mut value: [u64; 8]) -> Fq {
    debug_assert!(value[4..].iter().rev().lt(MODULUS.iter().rev()));
    let mut over = false;
    for at in 0..4 {
        let factor = value[at].wrapping_mul(INVERSE);
        let mut carry = 0;
        for (position, limb) in MODULUS.into_iter().enumerate() {
            value[at + position] = multiply_add(value[at + position], factor, limb, &mut carry);
        }
        value[at + 4] = add(value[at + 4], carry, &mut over);
    }
    debug_assert!(!over);
    let [_, _, _, _, high @ ..] = value;
    let mut borrow = false;
    let less: [u64; 4] = std::array::from_fn(|at| subtract(high[at], MODULUS[at], &mut borrow));
    let least = if borrow { high } else { less };
    debug_assert!(least.iter().rev().lt(MODULUS.iter().rev()));
    Fq::new_unchecked(BigInt(least))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ark_ff::{BigInteger as _, Field as _, UniformRand as _};
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;
    use num_bigint::BigUint;

    use super::*;

    /// Random elements, and those at the ends of the range in both coordinates.
    fn elements(rng: &mut StdRng) -> Vec<Fq2> {
        let one = Fq::ONE;
        let ends = [Fq::ZERO, one, -one, Fq::new_unchecked(BigInt::one()), -Fq::new_unchecked(BigInt::one())];
        let pairs = ends.iter().flat_map(|left| ends.map(|right| Fq2::new(*left, right)));
        pairs.chain((0..200).map(|_| Fq2::rand(rng))).collect()
    }

    #[test]
    fn products_are_those_of_arkworks() {
        let rng = &mut StdRng::seed_from_u64(7);
        let elements = elements(rng);
        for left in &elements {
            for right in &elements {
                assert_eq!(product(left, right), *left * right);
            }
        }
        let end = |at: usize| Fq6::new(elements[at % 25], elements[at / 25 % 25], elements[at * 7 % 25]);
        for round in 0..500 {
            let (left, right) =
                if round % 2 == 0 { (end(round), end(round * 31)) } else { (Fq6::rand(rng), Fq6::rand(rng)) };
            assert_eq!(product_6(&left, &right), left * right);
            let sparse = Fq6::new(right.c0, right.c1, Fq2::ZERO);
            assert_eq!(product_6_by_2(&left, &right.c0, &right.c1), left * sparse);
            let element = Fq12::new(left, right);
            assert_eq!(square_12(&element), element.square());
        }
    }

    /// Limbs at the ends of what the reduction takes: of integers below 2^256 times the modulus.
    #[test]
    fn integers_at_the_limits_are_reduced() {
        let (p, unit) = (BigUint::from(Fq::MODULUS), BigUint::from(1u32) << 256u32);
        let inverse = unit.modinv(&p).unwrap();
        let top = &p * &unit;
        let one = BigUint::from(1u32);
        let mut values =
            vec![BigUint::ZERO, one.clone(), &p - &one, p.clone(), &p + &one, &unit - &one, unit.clone()];
        for below in [&top, &(&p * &p), &(&p * &p * 2u32), &(&top / 2u32)] {
            values.extend(
                [&one, &p, &(&p + &one), &unit, &(&unit - &one), &(&unit * 3u32)].map(|less| below - less),
            );
            // The multiple of the modulus that is added is the last: what is less by the lowest limbs of the modulus is its multiple.
            values.push(below - (below + &unit - &p) % &unit);
        }
        for value in values {
            let mut limbs = value.to_u64_digits();
            limbs.resize(8, 0);
            let found = reduced(limbs.try_into().unwrap());
            assert_eq!(BigUint::from(found.0), &value * &inverse % &p, "{value:x}");
        }
    }

    /// Products of which each coordinate, before its reduction, is the largest or the least that it can be.
    #[test]
    fn products_at_the_limits_are_those_of_arkworks() {
        let mut largest = Fq::MODULUS;
        largest.sub_with_borrow(&BigInt::one());
        let limbs = [BigInt::from(0u64), BigInt::one(), BigInt::from(2u64), largest].map(Fq::new_unchecked);
        let half = Fq::new_unchecked(Fq::MODULUS_MINUS_ONE_DIV_TWO);
        let ends: Vec<Fq> = limbs.into_iter().chain([half, half + limbs[1]]).collect();
        let elements: Vec<Fq2> = ends.iter().flat_map(|a| ends.iter().map(|b| Fq2::new(*a, *b))).collect();
        for left in &elements {
            for right in &elements {
                assert_eq!(product(left, right), *left * right);
            }
        }
    }
}
