//! Eight elements of a prime field at a time, on processors with AVX-512 IFMA.
//!
//! An element is five limbs of 52 bits, each limb a vector of eight lanes; products are Montgomery's with `R = 2^260`. In
//! memory elements have Montgomery's form with `2^256`, so that the same bits stand for a sixteenth of the value here: who
//! multiplies has to take care of the factor. Results are below a small multiple of the modulus, which is at most 2^254:
//! `a * b` is below `2 p` as long as `a b < 64 p^2`. What a step says of its arguments is asserted in builds with debug assertions,
//! and tests give each step the largest limbs that it takes.
//!
//! All is for processors that have [what it takes](crate::ifma::Ifma).
//!
//! Source: Gueron and Krasnov, "Accelerating big integer arithmetic using Intel IFMA extensions" (2016).

#![expect(clippy::large_types_passed_by_value, reason = "elements are passed in registers")]
#![expect(unsafe_code, reason = "vectors are arrays of the same bits")]

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_cmplt_epi64_mask,
    _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_mov_epi64, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srai_epi64, _mm512_srli_epi64, _mm512_sub_epi64,
};

/// Elements in a vector.
pub(crate) const LANES: usize = 8;
const LIMBS: usize = 5;
const MASK: u64 = (1 << 52) - 1;

/// Elements in memory: four limbs of 64 bits each.
pub(crate) type Rows = [[u64; 4]; LANES];

/// A modulus in limbs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prime {
    limbs: [u64; LIMBS],
    /// `-1 / p` modulo 2^52.
    inverse: u64,
}

impl Prime {
    /// Cuts a modulus of at most 254 bits into limbs.
    pub(crate) const fn new(modulus: [u64; 4]) -> Self {
        let [a, b, c, d] = modulus;
        let limbs = [
            a & MASK,
            (a >> 52 | b << 12) & MASK,
            (b >> 40 | c << 24) & MASK,
            (c >> 28 | d << 36) & MASK,
            d >> 16,
        ];
        // Newton's iteration doubles the bits that are right.
        let mut inverse = 1u64;
        let mut step = 0;
        while step < 6 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(a.wrapping_mul(inverse)));
            step += 1;
        }
        Self { limbs, inverse: inverse.wrapping_neg() & MASK }
    }
}

/// Eight elements, limb by limb.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes([__m512i; LIMBS]);

#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
fn vector(lanes: [u64; LANES]) -> __m512i {
    // SAFETY: both are 64 bytes of which every value is valid.
    unsafe { std::mem::transmute(lanes) }
}

#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
fn array(vector: __m512i) -> [u64; LANES] {
    // SAFETY: both are 64 bytes of which every value is valid.
    unsafe { std::mem::transmute(vector) }
}

#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
fn all(value: u64) -> __m512i {
    _mm512_set1_epi64(value.cast_signed())
}

#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn load(rows: &Rows) -> Lanes {
    let mut words = [_mm512_setzero_si512(); 4];
    for (word, vector_of) in words.iter_mut().enumerate() {
        *vector_of = vector([
            rows[0][word],
            rows[1][word],
            rows[2][word],
            rows[3][word],
            rows[4][word],
            rows[5][word],
            rows[6][word],
            rows[7][word],
        ]);
    }
    let [a, b, c, d] = words;
    let mask = all(MASK);
    Lanes([
        _mm512_and_si512(a, mask),
        _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi64::<52>(a), _mm512_slli_epi64::<12>(b)), mask),
        _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi64::<40>(b), _mm512_slli_epi64::<24>(c)), mask),
        _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi64::<28>(c), _mm512_slli_epi64::<36>(d)), mask),
        _mm512_srli_epi64::<16>(d),
    ])
}

/// Returns elements below the modulus as they stand in memory; `value` is below four times the modulus.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn store(value: Lanes, prime: &Prime) -> Rows {
    debug_assert!(is_below(value, prime, 16));
    let Lanes([a, b, c, d, e]) = reduce(reduce(value, prime, 2), prime, 1);
    let words = [
        array(_mm512_or_si512(a, _mm512_slli_epi64::<52>(b))),
        array(_mm512_or_si512(_mm512_srli_epi64::<12>(b), _mm512_slli_epi64::<40>(c))),
        array(_mm512_or_si512(_mm512_srli_epi64::<24>(c), _mm512_slli_epi64::<28>(d))),
        array(_mm512_or_si512(_mm512_srli_epi64::<36>(d), _mm512_slli_epi64::<16>(e))),
    ];
    let mut rows = [[0; 4]; LANES];
    for (lane, row) in rows.iter_mut().enumerate() {
        *row = [words[0][lane], words[1][lane], words[2][lane], words[3][lane]];
    }
    rows
}

/// Subtracts `times * p` where that is not negative.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn reduce(value: Lanes, prime: &Prime, times: u64) -> Lanes {
    debug_assert!(is_integer(value));
    let mut less = value;
    for (limb, p) in less.0.iter_mut().zip(prime.limbs) {
        *limb = _mm512_sub_epi64(*limb, all(p * times));
    }
    let less = carried(less);
    let negative = _mm512_cmplt_epi64_mask(less.0[4], _mm512_setzero_si512());
    let mut result = less;
    for (limb, old) in result.0.iter_mut().zip(value.0) {
        *limb = _mm512_mask_mov_epi64(*limb, negative, old);
    }
    result
}

/// Returns whether all limbs have 52 bits and no sign.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
fn is_integer(value: Lanes) -> bool {
    let above = value.0.iter().fold(_mm512_setzero_si512(), |all, limb| _mm512_or_si512(all, *limb));
    _mm512_cmpeq_epi64_mask(_mm512_srli_epi64::<52>(above), _mm512_setzero_si512()) == u8::MAX
}

/// Returns whether all elements are below so many quarters of the modulus: what debug assertions ask.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn is_below(value: Lanes, prime: &Prime, quarters: u64) -> bool {
    let mut less = value;
    for (limb, p) in less.0.iter_mut().zip(prime.limbs) {
        *limb = _mm512_sub_epi64(_mm512_slli_epi64::<2>(*limb), all(p * quarters));
    }
    let negative = _mm512_cmplt_epi64_mask(carried(less).0[4], _mm512_setzero_si512());
    is_integer(value) && negative == u8::MAX
}

/// Returns whether all products are below 64 times the square of the modulus, as the highest limbs tell.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
fn is_product(a: Lanes, b: Lanes, prime: &Prime) -> bool {
    let highest = array(a.0[4]).into_iter().zip(array(b.0[4]));
    let limit = 64 * u128::from(prime.limbs[4]).pow(2);
    is_integer(a)
        && is_integer(b)
        && highest.into_iter().all(|(a, b)| u128::from(a + 1) * u128::from(b + 1) <= limit)
}

/// Brings limbs, which may be negative, back to 52 bits; the highest one keeps the sign.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
fn carried(value: Lanes) -> Lanes {
    let mut limbs = value.0;
    let mask = all(MASK);
    for limb in 0..LIMBS - 1 {
        limbs[limb + 1] = _mm512_add_epi64(limbs[limb + 1], _mm512_srai_epi64::<52>(limbs[limb]));
        limbs[limb] = _mm512_and_si512(limbs[limb], mask);
    }
    Lanes(limbs)
}

/// Returns `a + b`, which is below 64 times the modulus.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn add(a: Lanes, b: Lanes) -> Lanes {
    let mut sum = a;
    for (limb, other) in sum.0.iter_mut().zip(b.0) {
        *limb = _mm512_add_epi64(*limb, other);
    }
    let sum = carried(sum);
    debug_assert!(is_integer(a) && is_integer(b) && is_integer(sum));
    sum
}

/// Returns `a - b + times * p`; `b` is below `times * p`.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn sub(a: Lanes, b: Lanes, prime: &Prime, times: u64) -> Lanes {
    debug_assert!(is_integer(a) && is_below(b, prime, 4 * times));
    let mut difference = a;
    for ((limb, other), p) in difference.0.iter_mut().zip(b.0).zip(prime.limbs) {
        *limb = _mm512_sub_epi64(_mm512_add_epi64(*limb, all(p * times)), other);
    }
    carried(difference)
}

/// Returns `4 * a`; `a` is below 16 times the modulus.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn four_times(a: Lanes) -> Lanes {
    let mut product = a;
    for limb in &mut product.0 {
        *limb = _mm512_slli_epi64::<2>(*limb);
    }
    let product = carried(product);
    debug_assert!(is_integer(a) && is_integer(product));
    product
}

/// Returns `a * b / 2^260` modulo the prime, below twice the prime if `a * b` is below 64 times its square.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn mul(a: Lanes, b: Lanes, prime: &Prime) -> Lanes {
    debug_assert!(is_product(a, b, prime));
    let zero = _mm512_setzero_si512();
    let mut sums = [zero; 2 * LIMBS];
    let inverse = all(prime.inverse);
    for i in 0..LIMBS {
        for j in 0..LIMBS {
            sums[i + j] = _mm512_madd52lo_epu64(sums[i + j], a.0[i], b.0[j]);
            sums[i + j + 1] = _mm512_madd52hi_epu64(sums[i + j + 1], a.0[i], b.0[j]);
        }
        let factor = _mm512_madd52lo_epu64(zero, sums[i], inverse);
        for j in 0..LIMBS {
            let p = all(prime.limbs[j]);
            sums[i + j] = _mm512_madd52lo_epu64(sums[i + j], factor, p);
            sums[i + j + 1] = _mm512_madd52hi_epu64(sums[i + j + 1], factor, p);
        }
        sums[i + 1] = _mm512_add_epi64(sums[i + 1], _mm512_srli_epi64::<52>(sums[i]));
    }
    let product = carried(Lanes([sums[5], sums[6], sums[7], sums[8], sums[9]]));
    debug_assert!(is_below(product, prime, 8));
    product
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use ark_bn254::Fq;
    use ark_ff::{BigInt, PrimeField};
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;
    use num_bigint::BigUint;
    use tensorproof_r1cs::Fr;

    use super::*;
    use crate::ifma::Ifma;

    /// Eight integers of 260 bits.
    pub(crate) type Integers = [BigUint; LANES];

    /// Makes lanes of integers, which are cut into limbs whatever they are.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(crate) fn from_integers(integers: &Integers) -> Lanes {
        let limb = |limb: usize| {
            let mask = BigUint::from(MASK);
            integers.each_ref().map(|integer| u64::try_from(integer >> (52 * limb) & &mask).unwrap())
        };
        Lanes([vector(limb(0)), vector(limb(1)), vector(limb(2)), vector(limb(3)), vector(limb(4))])
    }

    /// Returns the integers in the lanes, of which the highest limb may have more than 52 bits.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(crate) fn integers(value: Lanes) -> Integers {
        let limbs =
            [array(value.0[0]), array(value.0[1]), array(value.0[2]), array(value.0[3]), array(value.0[4])];
        std::array::from_fn(|lane| {
            limbs.iter().rev().fold(BigUint::ZERO, |sum, limb| (sum << 52) + limb[lane])
        })
    }

    /// Returns the modulus.
    pub(crate) fn modulus<F: PrimeField<BigInt = BigInt<4>>>() -> BigUint {
        F::MODULUS.into()
    }

    /// Returns so many quarters of the modulus, less one: the largest integer below.
    pub(crate) fn largest(p: &BigUint, quarters: u32) -> BigUint {
        (p * quarters).div_ceil(4) - 1u32
    }

    trait DivCeil {
        fn div_ceil(self, divisor: u32) -> Self;
    }

    impl DivCeil for BigUint {
        fn div_ceil(self, divisor: u32) -> Self {
            (self + (divisor - 1)) / divisor
        }
    }

    /// Returns integers below so many quarters of the modulus: those at both ends, around its multiples, and some between.
    pub(crate) fn below(p: &BigUint, quarters: u32) -> Vec<BigUint> {
        let largest = largest(p, quarters);
        let mut values =
            vec![BigUint::ZERO, BigUint::from(1u32), largest.clone(), &largest - 1u32, &largest / 3u32];
        for times in 1..=quarters / 4 {
            values.extend([p * times - 1u32, p * times, p * times + 1u32]);
        }
        values.retain(|value| *value <= largest);
        values
    }

    /// Returns factors below so many quarters of the modulus, both near the end of their ranges, of which the product before the
    /// division is largest: the multiple of the modulus that Montgomery's reduction adds is the last.
    pub(crate) fn largest_products(p: &BigUint, [left, right]: [u32; 2], count: usize) -> Vec<[BigUint; 2]> {
        let unit = BigUint::from(1u32) << 260u32;
        let (last, least) = (largest(p, right), largest(p, right) * 9u32 / 10u32);
        let mut found = Vec::new();
        let mut one = largest(p, left) | BigUint::from(1u32);
        while found.len() < count {
            one -= 2u32;
            let other = p * one.modinv(&unit).unwrap() % &unit;
            if least <= other && other <= last {
                found.push([one.clone(), other]);
            }
        }
        found
    }

    /// Calls `check` with lists cut into eight and repeated to fill the last eight.
    pub(crate) fn in_lanes<const N: usize>(rows: &[[BigUint; N]], mut check: impl FnMut([Integers; N])) {
        for rows in rows.chunks(LANES) {
            let lane = |lane: usize| &rows[lane % rows.len()];
            check(std::array::from_fn(|column| std::array::from_fn(|index| lane(index)[column].clone())));
        }
    }

    /// Returns every pair of the values.
    pub(crate) fn pairs(left: &[BigUint], right: &[BigUint]) -> Vec<[BigUint; 2]> {
        left.iter().flat_map(|left| right.iter().map(|right| [left.clone(), right.clone()])).collect()
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn check_limits<F: PrimeField<BigInt = BigInt<4>>>() {
        let (p, prime) = (modulus::<F>(), Prime::new(F::MODULUS.0));
        let unit = BigUint::from(1u32) << 260u32;
        // Below eight times the modulus each, and one below 63 where the other is below one.
        let mut rows = pairs(&below(&p, 31), &below(&p, 32));
        rows.extend(pairs(&below(&p, 4), &below(&p, 4 * 63)));
        for factors in [[4, 4], [13, 12], [31, 31], [4, 4 * 63]] {
            rows.extend(largest_products(&p, factors, LANES));
        }
        in_lanes(&rows, |[a, b]| {
            let product = integers(mul(from_integers(&a), from_integers(&b), &prime));
            for ((a, b), product) in a.iter().zip(&b).zip(&product) {
                assert_eq!(product * &unit % &p, a * b % &p);
                assert!(*product < &p * 2u32);
            }
        });
        in_lanes(&pairs(&below(&p, 4 * 31), &below(&p, 4 * 31)), |[a, b]| {
            let sum = integers(add(from_integers(&a), from_integers(&b)));
            assert!(sum.iter().zip(a.iter().zip(&b)).all(|(sum, (a, b))| *sum == a + b));
        });
        for times in [1, 2, 3, 4] {
            in_lanes(&pairs(&below(&p, 16), &below(&p, 4 * times)), |[a, b]| {
                let found = sub(from_integers(&a), from_integers(&b), &prime, times.into());
                let sums = integers(found).into_iter().zip(b).map(|(difference, b)| difference + b);
                assert!(sums.zip(a).all(|(sum, a)| sum == a + &p * times));
            });
            in_lanes(&pairs(&below(&p, 8 * times), &[BigUint::ZERO]), |[a, _]| {
                let found = integers(reduce(from_integers(&a), &prime, times.into()));
                let step = &p * times;
                let expected = |a: &BigUint| if *a < step { a.clone() } else { a - &step };
                assert!(found.iter().zip(&a).all(|(found, a)| *found == expected(a)));
            });
        }
        in_lanes(&pairs(&below(&p, 63), &below(&p, 16)), |[large, value]| {
            let found = integers(four_times(from_integers(&large)));
            assert!(found.iter().zip(&large).all(|(found, value)| *found == value * 4u32));
            let rows = store(from_integers(&value), &prime);
            let integer = |row: [u64; 4]| BigUint::from(BigInt(row));
            assert!(rows.into_iter().zip(&value).all(|(row, value)| integer(row) == value % &p));
            assert_eq!(integers(load(&rows)), rows.map(integer));
        });
    }

    #[test]
    fn steps_are_right_at_their_limits() {
        if Ifma::detect().is_some() {
            // SAFETY: the processor was asked.
            unsafe {
                check_limits::<Fq>();
                check_limits::<Fr>();
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn check_assertions() {
        let (p, prime) = (modulus::<Fq>(), Prime::new(Fq::MODULUS.0));
        let lanes = |value: &BigUint| from_integers(&[(); LANES].map(|()| value.clone()));
        let one_lane = |value: &BigUint| {
            let mut values = [(); LANES].map(|()| BigUint::ZERO);
            values[5] = value.clone();
            from_integers(&values)
        };
        for quarters in [4u32, 8, 12, 13, 16] {
            let limit = (&p * quarters).div_ceil(4);
            assert!(is_below(lanes(&(&limit - 1u32)), &prime, quarters.into()));
            assert!(!is_below(one_lane(&limit), &prime, quarters.into()));
        }
        assert!(is_product(lanes(&(&p * 63u32)), lanes(&p), &prime));
        assert!(!is_product(one_lane(&(&p * 64u32)), one_lane(&p), &prime));
        let mut negative = lanes(&p);
        negative.0[4] = all(u64::MAX);
        assert!(is_integer(lanes(&p)) && !is_integer(negative) && !is_below(negative, &prime, 4));
        negative.0[4] = all(1 << 52);
        assert!(!is_integer(negative));
    }

    #[test]
    fn assertions_tell_what_is_beyond_a_limit() {
        if Ifma::detect().is_some() {
            // SAFETY: the processor was asked.
            unsafe { check_assertions() };
        }
    }

    /// Returns the product, the sum, the difference and four times the first, as they stand in memory.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn all_of(a: &Rows, b: &Rows, prime: &Prime) -> [Rows; 4] {
        let (a, b) = (load(a), load(b));
        [
            mul(a, b, prime),
            add(a, b),
            sub(a, b, prime, 1),
            mul(four_times(a), four_times(four_times(b)), prime),
        ]
        .map(|value| store(value, prime))
    }

    fn check<F: PrimeField<BigInt = BigInt<4>>>(form: impl Fn(&F) -> [u64; 4]) {
        if Ifma::detect().is_none() {
            return;
        }
        let prime = Prime::new(F::MODULUS.0);
        let rng = &mut StdRng::seed_from_u64(1);
        let edges = [F::zero(), F::one(), -F::one(), F::from(16u64).inverse().unwrap_or_default()];
        for round in 0..200 {
            let mut of = |shift: usize| {
                let mut values = [F::zero(); LANES];
                for (lane, value) in values.iter_mut().enumerate() {
                    let edge = edges.get((lane + shift * round) % 7).copied();
                    *value = edge.unwrap_or_else(|| F::rand(rng));
                }
                values
            };
            let (a, b) = (of(1), of(2));
            // SAFETY: the features were asked for above.
            let found = unsafe { all_of(&a.each_ref().map(&form), &b.each_ref().map(&form), &prime) };
            let sixteenth = F::from(16u64).inverse().unwrap_or_default();
            for (lane, (a, b)) in a.iter().zip(&b).enumerate() {
                let expected = [*a * b * sixteenth, *a + b, *a - b, *a * b * F::from(4u64)];
                for (found, expected) in found.iter().zip(&expected) {
                    assert_eq!(found[lane], form(expected), "round {round}, lane {lane}");
                }
            }
        }
    }

    #[test]
    fn agrees_with_arithmetic_one_by_one() {
        check::<Fq>(|value| value.0.0);
        check::<Fr>(|value| value.0.0);
    }
}
