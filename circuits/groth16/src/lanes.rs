//! Eight elements of a prime field at a time, on processors with AVX-512 IFMA.
//!
//! An element is five limbs of 52 bits, each limb a vector of eight lanes; products are Montgomery's with `R = 2^260`. In
//! memory elements have Montgomery's form with `2^256`, so that the same bits stand for a sixteenth of the value here: who
//! multiplies has to take care of the factor. Results are below a small multiple of the modulus, which is at most 2^254:
//! `a * b` is below `2 p` as long as `a b < 64 p^2`.
//!
//! Source: Gueron and Krasnov, "Accelerating big integer arithmetic using Intel IFMA extensions" (2016).

#![expect(clippy::large_types_passed_by_value, reason = "elements are passed in registers")]
#![expect(
    unsafe_code,
    reason = "vectors are arrays of the same bits, and what a processor has is known only when it runs"
)]

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_cmplt_epi64_mask, _mm512_madd52hi_epu64,
    _mm512_madd52lo_epu64, _mm512_mask_mov_epi64, _mm512_or_si512, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_slli_epi64, _mm512_srai_epi64, _mm512_srli_epi64, _mm512_sub_epi64,
};

/// Elements in a vector.
pub(crate) const LANES: usize = 8;
const LIMBS: usize = 5;
const MASK: u64 = (1 << 52) - 1;

/// Elements in memory: four limbs of 64 bits each.
pub(crate) type Rows = [[u64; 4]; LANES];

/// Returns whether the processor has what this module needs.
pub(crate) fn available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma")
}

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

/// Returns `a + b`.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn add(a: Lanes, b: Lanes) -> Lanes {
    let mut sum = a;
    for (limb, other) in sum.0.iter_mut().zip(b.0) {
        *limb = _mm512_add_epi64(*limb, other);
    }
    carried(sum)
}

/// Returns `a - b + times * p`; `b` is at most `times * p`.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn sub(a: Lanes, b: Lanes, prime: &Prime, times: u64) -> Lanes {
    let mut difference = a;
    for ((limb, other), p) in difference.0.iter_mut().zip(b.0).zip(prime.limbs) {
        *limb = _mm512_sub_epi64(_mm512_add_epi64(*limb, all(p * times)), other);
    }
    carried(difference)
}

/// Returns `4 * a`.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn four_times(a: Lanes) -> Lanes {
    let mut product = a;
    for limb in &mut product.0 {
        *limb = _mm512_slli_epi64::<2>(*limb);
    }
    carried(product)
}

/// Returns `a * b / 2^260` modulo the prime, below twice the prime if `a * b` is below 64 times its square.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(crate) fn mul(a: Lanes, b: Lanes, prime: &Prime) -> Lanes {
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
    carried(Lanes([sums[5], sums[6], sums[7], sums[8], sums[9]]))
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fq;
    use ark_ff::{BigInt, PrimeField};
    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;
    use tensorproof_r1cs::Fr;

    use super::*;

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
        if !available() {
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
