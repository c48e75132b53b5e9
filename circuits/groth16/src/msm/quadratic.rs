//! Eight elements of the quadratic extension at a time, `a + b u` with `u^2 = -1`.
//!
//! Bounds are multiples of the prime. Elements that are loaded are below (1, 1), products below (3.25, 3), what a slope is multiplied
//! by below (4, 4): the factors of a product of lanes are then below 6.25 and 8, and `6.25 * 8 < 64`. They are asserted in builds with
//! debug assertions, and tests start from the largest limbs below them.

#![expect(unsafe_code, reason = "what a processor has is known only when it runs")]
#![expect(
    clippy::inline_always,
    reason = "a step is compiled for the processor of the loop that it stands in"
)]

use ark_bn254::{Fq, Fq2};

use super::vector::{PRIME, Wide};
use crate::lanes::{LANES, Lanes, add, four_times, is_below, mul, reduce, sub};

impl Wide for Fq2 {
    type Lanes = (Lanes, Lanes);

    #[inline(always)]
    unsafe fn load(values: &[Self; LANES]) -> Self::Lanes {
        // SAFETY: as the trait says, here and below.
        unsafe { (Fq::load(&values.map(|value| value.c0)), Fq::load(&values.map(|value| value.c1))) }
    }

    #[inline(always)]
    unsafe fn store((a, b): Self::Lanes, values: &mut [Self; LANES]) {
        let mut parts = [[Fq::from(0u64); LANES]; 2];
        // SAFETY: see above.
        unsafe {
            Fq::store(a, &mut parts[0]);
            Fq::store(b, &mut parts[1]);
        }
        for (lane, value) in values.iter_mut().enumerate() {
            *value = Self::new(parts[0][lane], parts[1][lane]);
        }
    }

    #[inline(always)]
    unsafe fn times((a, b): Self::Lanes, (c, d): Self::Lanes) -> Self::Lanes {
        // SAFETY: see above.
        unsafe {
            debug_assert!(is_below(a, &PRIME, 13) && is_below(b, &PRIME, 12));
            debug_assert!(is_below(c, &PRIME, 16) && is_below(d, &PRIME, 16));
            // Below 1.25 each for factors below 4, and 2.
            let (first, second) = (mul(a, c, &PRIME), mul(b, d, &PRIME));
            let cross = mul(add(a, b), add(c, d), &PRIME);
            let cross = sub(cross, add(first, second), &PRIME, 3);
            let product = (sub(first, second, &PRIME, 2), reduce(cross, &PRIME, 2));
            debug_assert!(is_below(product.0, &PRIME, 13) && is_below(product.1, &PRIME, 12));
            product
        }
    }

    #[inline(always)]
    unsafe fn square_less((a, b): Self::Lanes, (c, d): Self::Lanes) -> Self::Lanes {
        // SAFETY: see above.
        unsafe {
            debug_assert!(is_below(a, &PRIME, 13) && is_below(b, &PRIME, 12));
            debug_assert!(is_below(c, &PRIME, 4) && is_below(d, &PRIME, 4));
            let square = mul(add(a, b), sub(a, b, &PRIME, 3), &PRIME);
            let half = mul(a, b, &PRIME);
            // Below 2 and 2.4, then below 3 and 3.4.
            let result = (sub(square, c, &PRIME, 1), sub(add(half, half), d, &PRIME, 1));
            debug_assert!(is_below(result.0, &PRIME, 12) && is_below(result.1, &PRIME, 14));
            result
        }
    }

    #[inline(always)]
    unsafe fn product_less(
        slope: Self::Lanes,
        x: Self::Lanes,
        new: Self::Lanes,
        y: Self::Lanes,
    ) -> Self::Lanes {
        // SAFETY: see above.
        unsafe {
            debug_assert!(is_below(new.0, &PRIME, 12) && is_below(new.1, &PRIME, 14));
            // Below 5, then reduced, then below 4.
            let drop = |x, new| {
                let reduced = reduce(reduce(sub(x, new, &PRIME, 4), &PRIME, 3), &PRIME, 2);
                four_times(reduce(reduced, &PRIME, 1))
            };
            let (a, b) = Self::times(slope, (drop(x.0, new.0), drop(x.1, new.1)));
            // At most 3.25 + 1 is too much to be stored.
            (reduce(sub(a, y.0, &PRIME, 1), &PRIME, 1), sub(b, y.1, &PRIME, 1))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use num_bigint::BigUint;

    use super::*;
    use crate::ifma::Ifma;
    use crate::lanes::tests::{
        Integers, below, from_integers, in_lanes, integers, largest, largest_products, modulus,
    };

    /// An element: both coordinates.
    type Element = [BigUint; 2];

    /// Returns elements below bounds in quarters of the prime: every pair of the ends.
    fn elements(p: &BigUint, [a, b]: [u32; 2]) -> Vec<Element> {
        let (left, right) = (below(p, a), below(p, b));
        left.iter().flat_map(|a| right.iter().map(|b| [a.clone(), b.clone()])).collect()
    }

    /// Returns the product divided by `R`, or `R` times that: everything modulo the prime.
    fn times([a, b]: &Element, [c, d]: &Element, p: &BigUint) -> Element {
        let inverse = (BigUint::from(1u32) << 260u32).modinv(p).unwrap();
        [(a * c + (p - b % p) * d) * &inverse % p, (a * d + b * c) * inverse % p]
    }

    fn less([a, b]: &Element, [c, d]: &Element, p: &BigUint) -> Element {
        [(a + p - c % p) % p, (b + p - d % p) % p]
    }

    /// Returns pairs of elements of which both products of coordinates are the largest before their reduction, or the first or the
    /// second, and of which each coordinate is at an end of its range; bounds are in quarters.
    fn factors(p: &BigUint, left: [u32; 2], right: [u32; 2]) -> Vec<[BigUint; 4]> {
        let first = largest_products(p, [left[0], right[0]], 12);
        let second = largest_products(p, [left[1], right[1]], 12);
        let mut rows = Vec::new();
        for [a, c] in &first {
            for [b, d] in &second {
                rows.push([a, b, c, d].map(Clone::clone));
            }
        }
        let ends = |bounds| elements(p, bounds).into_iter().step_by(7);
        for [c, d] in ends(right).take(40) {
            for [a, b] in &elements(p, left) {
                rows.push([a.clone(), b.clone(), c.clone(), d.clone()]);
            }
        }
        for [b, d] in second {
            rows.push([BigUint::ZERO, b.clone(), largest(p, right[0]), d.clone()]);
            rows.push([largest(p, left[0]), b, BigUint::ZERO, d]);
        }
        for [a, c] in first {
            rows.push([a.clone(), BigUint::ZERO, c.clone(), largest(p, right[1])]);
            rows.push([a, largest(p, left[1]), c, BigUint::ZERO]);
        }
        rows
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn lanes([a, b]: [&Integers; 2]) -> (Lanes, Lanes) {
        (from_integers(a), from_integers(b))
    }

    /// Checks each lane: the value modulo the prime, and that it is below its bound in quarters.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn check(
        found: &(Lanes, Lanes),
        [first, second]: [u32; 2],
        p: &BigUint,
        expected: impl Fn(usize) -> Element,
    ) {
        let found = [integers(found.0), integers(found.1)];
        for lane in 0..LANES {
            let [a, b] = &found;
            assert_eq!([&a[lane] % p, &b[lane] % p], expected(lane), "lane {lane}");
            assert!(a[lane] <= largest(p, first) && b[lane] <= largest(p, second), "lane {lane}");
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn check_limits() {
        let p = &modulus::<Fq>();
        for right in [[4, 4], [13, 12], [16, 16]] {
            in_lanes(&factors(p, [13, 12], right), |[a, b, c, d]| {
                // SAFETY: the features are those of this function, here and below.
                let found = unsafe { Fq2::times(lanes([&a, &b]), lanes([&c, &d])) };
                let at = |lane: usize| [&a, &b, &c, &d].map(|integers| integers[lane].clone());
                check(&found, [13, 12], p, |lane| {
                    let [a, b, c, d] = at(lane);
                    times(&[a, b], &[c, d], p)
                });
            });
        }
        for [c, d] in elements(p, [4, 4]).into_iter().step_by(3) {
            let rows: Vec<_> =
                elements(p, [13, 12]).into_iter().map(|[a, b]| [a, b, c.clone(), d.clone()]).collect();
            in_lanes(&rows, |[a, b, c, d]| {
                let found = unsafe { Fq2::square_less(lanes([&a, &b]), lanes([&c, &d])) };
                check(&found, [12, 14], p, |lane| {
                    let slope = [a[lane].clone(), b[lane].clone()];
                    less(&times(&slope, &slope, p), &[c[lane].clone(), d[lane].clone()], p)
                });
            });
        }
        // The differences at both ends of their range, and slopes with the largest products.
        let slopes: Vec<Element> =
            factors(p, [13, 12], [16, 16]).into_iter().step_by(5).map(|[a, b, ..]| [a, b]).collect();
        for (new, [y, z]) in elements(p, [12, 14]).into_iter().zip(elements(p, [4, 4]).into_iter().cycle()) {
            for old in [BigUint::ZERO, largest(p, 4)] {
                let rows: Vec<_> =
                    slopes.iter().map(|[a, b]| [a.clone(), b.clone()]).take(2 * LANES).collect();
                in_lanes(&rows, |[a, b]| {
                    let same = |value: &BigUint| [(); LANES].map(|()| value.clone());
                    let [new_a, new_b, old, y, z] = [&new[0], &new[1], &old, &y, &z].map(same);
                    let found = unsafe {
                        Fq2::product_less(
                            lanes([&a, &b]),
                            lanes([&old, &old]),
                            lanes([&new_a, &new_b]),
                            lanes([&y, &z]),
                        )
                    };
                    check(&found, [16, 16], p, |lane| {
                        let difference = less(&[old[lane].clone(), old[lane].clone()], &new, p);
                        let four = difference.map(|value| value * 4u32);
                        let slope = [a[lane].clone(), b[lane].clone()];
                        less(&times(&slope, &four, p), &[y[lane].clone(), z[lane].clone()], p)
                    });
                });
            }
        }
    }

    /// The first coordinate of the last product is the largest that it can be: that of the slope with four times the difference is,
    /// and the other one is zero.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn check_largest_difference() {
        let p = &modulus::<Fq>();
        let unit = BigUint::from(1u32) << 258u32;
        let mut slope = largest(p, 13) | BigUint::from(1u32);
        let mut rows = Vec::new();
        while rows.len() < LANES {
            slope -= 2u32;
            let difference = p * slope.modinv(&unit).unwrap() % &unit;
            if difference < *p {
                rows.push([slope.clone(), difference]);
            }
        }
        let zeros = [(); LANES].map(|()| BigUint::ZERO);
        in_lanes(&rows, |[slope, difference]| {
            // SAFETY: the features are those of this function.
            let four = from_integers(&difference.each_ref().map(|value| value * 4u32));
            let product = unsafe { Fq2::times(lanes([&slope, &zeros]), (four, from_integers(&zeros))) };
            assert!(integers(product.0).iter().all(|value| *value >= p * 3u32));
            let (a, b, c) = (lanes([&slope, &zeros]), lanes([&difference, &zeros]), lanes([&zeros, &zeros]));
            let found = unsafe { Fq2::product_less(a, b, c, c) };
            check(&found, [16, 16], p, |lane| {
                let four = [&difference[lane] * 4u32, BigUint::ZERO];
                times(&[slope[lane].clone(), BigUint::ZERO], &four, p)
            });
        });
    }

    #[test]
    fn steps_are_right_at_their_limits() {
        if Ifma::detect().is_some() {
            // SAFETY: the processor was asked.
            unsafe {
                check_limits();
                check_largest_difference();
            }
        }
    }
}
