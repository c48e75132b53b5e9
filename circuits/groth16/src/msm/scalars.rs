//! Scalars as sums of points need them: without zeros, longest first.

use ark_ff::{BigInteger as _, PrimeField as _};
use rayon::prelude::*;
use tensorproof_r1cs::{Fr, MAX_WIRES};

/// Bits of the largest magnitude, and one for none.
const LENGTHS: usize = 255;

/// A scalar that is not zero: `magnitude` or, if negative, `-magnitude`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) magnitude: [u64; 4],
    /// Position in the list that the scalars were made of.
    pub(crate) position: u32,
    pub(crate) is_negative: bool,
}

/// Scalars other than zero, longest first.
#[derive(Clone, Debug)]
pub(crate) struct Scalars {
    pub(crate) all: Vec<Scalar>,
    /// How many have at least as many bits as the index says.
    at_least: [usize; LENGTHS + 1],
}

impl Scalars {
    /// Sorts the values by the length of their magnitudes; equally long ones keep their order.
    ///
    /// # Panics
    /// When there are more values than a circuit can have [wires](MAX_WIRES); readers and setups refuse as many.
    pub(crate) fn of(values: &[Fr]) -> Self {
        let scalars: Vec<Scalar> =
            values.par_iter().enumerate().map(|(position, value)| scalar(position, value)).collect();
        let mut at_least = [0; LENGTHS + 1];
        for scalar in &scalars {
            at_least[length(&scalar.magnitude)] += 1;
        }
        let zeros = std::mem::take(&mut at_least[0]);
        for bits in (1..LENGTHS).rev() {
            at_least[bits] += at_least[bits + 1];
        }
        at_least[0] = at_least[1];
        // Where the next scalar of each length goes: after all longer ones.
        let mut next = at_least;
        next.rotate_left(1);
        let none = Scalar { magnitude: [0; 4], position: 0, is_negative: false };
        let mut all = vec![none; scalars.len() - zeros];
        for scalar in scalars {
            let bits = length(&scalar.magnitude);
            if bits > 0 {
                all[next[bits]] = scalar;
                next[bits] += 1;
            }
        }
        Self { all, at_least }
    }

    /// Returns how many scalars have so many bits or more: they come first.
    pub(crate) fn at_least(&self, bits: usize) -> usize {
        self.at_least.get(bits).copied().unwrap_or(0)
    }

    /// Returns the bits of the longest scalar.
    pub(crate) fn bits(&self) -> usize {
        self.all.first().map_or(0, |scalar| length(&scalar.magnitude))
    }
}

fn scalar(position: usize, value: &Fr) -> Scalar {
    let mut magnitude = value.into_bigint();
    let is_negative = magnitude > Fr::MODULUS_MINUS_ONE_DIV_TWO;
    if is_negative {
        let mut negated = Fr::MODULUS;
        negated.sub_with_borrow(&magnitude);
        magnitude = negated;
    }
    let position = u32::try_from(position)
        .ok()
        .filter(|position| *position < MAX_WIRES)
        .unwrap_or_else(|| unreachable!("more wires are refused before"));
    Scalar { magnitude: magnitude.0, position, is_negative }
}

fn length(magnitude: &[u64; 4]) -> usize {
    (0..4)
        .rev()
        .find(|&limb| magnitude[limb] != 0)
        .map_or(0, |limb| 64 * limb + (64 - magnitude[limb].leading_zeros() as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_come_first_and_zeros_are_left_out() {
        let one = Fr::from(1u64);
        let scalars = Scalars::of(&[one, Fr::from(0u64), -Fr::from(6u64), -one, Fr::from(4u64)]);
        let rows: Vec<_> = scalars
            .all
            .iter()
            .map(|scalar| (scalar.position, scalar.magnitude[0], scalar.is_negative))
            .collect();
        assert_eq!(rows, [(2, 6, true), (4, 4, false), (0, 1, false), (3, 1, true)]);
        assert_eq!([0, 1, 2, 3, 4, 300].map(|bits| scalars.at_least(bits)), [4, 4, 2, 2, 0, 0]);
        assert_eq!(scalars.bits(), 3);
        assert_eq!(Scalars::of(&[]).bits(), 0);
    }
}
