//! Eight elements of the quadratic extension at a time, `a + b u` with `u^2 = -1`.
//!
//! Bounds are multiples of the prime. Elements that are loaded are below (1, 1), products below (3.25, 3): the factors of a
//! product of lanes are then below 6.25 each, and `6.25^2 < 64`.

#![expect(unsafe_code, reason = "what a processor has is known only when it runs")]
#![expect(
    clippy::inline_always,
    reason = "a step is compiled for the processor of the loop that it stands in"
)]

use ark_bn254::{Fq, Fq2};

use super::vector::{PRIME, Wide};
use crate::lanes::{LANES, Lanes, add, four_times, mul, reduce, sub};

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
            // Below 1.25 each for factors below 4, and 2.
            let (first, second) = (mul(a, c, &PRIME), mul(b, d, &PRIME));
            let cross = mul(add(a, b), add(c, d), &PRIME);
            let cross = sub(cross, add(first, second), &PRIME, 3);
            (sub(first, second, &PRIME, 2), reduce(cross, &PRIME, 2))
        }
    }

    #[inline(always)]
    unsafe fn square_less((a, b): Self::Lanes, (c, d): Self::Lanes) -> Self::Lanes {
        // SAFETY: see above.
        unsafe {
            let square = mul(add(a, b), sub(a, b, &PRIME, 3), &PRIME);
            let half = mul(a, b, &PRIME);
            // Below 2 and 2.4, then below 3 and 3.4.
            (sub(square, c, &PRIME, 1), sub(add(half, half), d, &PRIME, 1))
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
