//! Decompositions into so many bits that a number has two.

use ark_ff::PrimeField;
use rustc_hash::FxHashSet;

use crate::elaborate::{Coefficients, Instance, ONE};

/// Returns the bits from which on a number below the prime has two decompositions: those of the prime.
pub(super) fn aliased_bits<F: PrimeField>() -> usize {
    F::MODULUS_BIT_SIZE as usize
}

/// Returns whether an instance writes a number as a sum of so many bits that the number has two such sums.
pub(super) fn aliases<F: PrimeField>(instance: &Instance, coefficients: &Coefficients<F>) -> bool {
    let aliased = aliased_bits::<F>();
    if instance.constraints.len() < aliased {
        return false;
    }
    let mut is_bit = vec![false; instance.size as usize];
    for constraint in &instance.constraints {
        if let [left, right, []] = instance.parts(*constraint) {
            // b * (b - 1) = 0, in either order: some signal stands in both factors.
            for (signal, _) in left.iter().filter(|(signal, _)| *signal != ONE) {
                if right.iter().any(|(other, _)| other == signal) {
                    is_bit[*signal as usize] = true;
                }
            }
        }
    }
    instance.constraints.iter().any(|constraint| {
        let [a, b, c] = instance.parts(*constraint);
        if !a.is_empty() || !b.is_empty() || c.len() < aliased {
            return false;
        }
        let bits = c.iter().filter(|(signal, _)| *signal != ONE && is_bit[*signal as usize]);
        let values: FxHashSet<F> = bits.map(|(_, value)| coefficients.get(*value)).collect();
        // All of 1, 2, 4, .. or all of -1, -2, -4, ..
        [F::one(), -F::one()].into_iter().any(|sign| {
            let mut power = sign;
            (0..aliased).all(|_| {
                let found = values.contains(&power);
                power.double_in_place();
                found
            })
        })
    })
}
