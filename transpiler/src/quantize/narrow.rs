//! Fewer bits: what is rescaled before a product, and what is rounded.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Zero as _};

use super::plan::{Builder, Step};
use super::scale::real;
use crate::error::Result;
use crate::interval::Interval;
use crate::kernel::{Kernel, power};

/// Widest product that is not narrowed before; more would make the comparisons behind it dear.
const BUDGET: u64 = 110;

impl Builder<'_> {
    /// Brings a value back to about the scale of the weights when `more` bits more would be too many.
    pub(super) fn narrowed(&mut self, place: usize, more: u64, name: &str) -> Result<usize> {
        let bits = self.hull(place).bits();
        if bits + more > BUDGET { self.rescaled(place, name, &self.scale.clone()) } else { Ok(place) }
    }

    /// Brings factors back to about the scale of the weights, the finer one first, when their product would be too wide.
    pub(super) fn both_narrowed(&mut self, mut places: [usize; 2], name: &str) -> Result<[usize; 2]> {
        let finer = usize::from(self.scale_of(places[1]) > self.scale_of(places[0]));
        for at in [finer, 1 - finer] {
            let bits: u64 = places.iter().map(|place| self.hull(*place).bits()).sum();
            if bits > BUDGET {
                let (before, target) = (places[at], self.scale.clone());
                let after = self.rescaled(before, name, &target)?;
                for place in places.iter_mut().filter(|place| **place == before) {
                    *place = after;
                }
            }
        }
        Ok(places)
    }

    /// Drops as many bits as leave at least a scale.
    pub(super) fn rescaled(&mut self, place: usize, name: &str, target: &BigRational) -> Result<usize> {
        let scale = self.scale_of(place);
        let k = (&scale / target).floor().to_integer().bits().saturating_sub(1);
        if k == 0 || self.quantized.quantities[place].is_constant {
            return Ok(place);
        }
        if let Some(known) = self.narrow.get(&(place, k)) {
            return Ok(*known);
        }
        let n = self.bits_with_half(place, k).max(k + 1);
        let shape = self.quantized.quantities[place].shape.clone();
        let step = Step { name, operator: "Rescale", shape: &shape };
        let scale = scale / BigRational::from_integer(power(k));
        let after = self.layer(Kernel::Rescale { n, k }, step, vec![place], scale)?;
        self.quantized.quantities[after].edge = self.quantized.quantities[place].edge;
        self.narrow.insert((place, k), after);
        Ok(after)
    }

    /// Returns the bits of a value with half of 2^k added, as rounding does.
    pub(super) fn bits_with_half(&self, place: usize, k: u64) -> u64 {
        let hull = self.hull(place);
        let half = power(k - 1);
        Interval { low: hull.low + &half, high: hull.high + &half }.bits()
    }

    /// Adds values whose range is known to be smaller than what their layers tell.
    pub(super) fn bounded(&mut self, low: f64, high: f64, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let bound = |value: f64| -> Result<Option<BigRational>> {
            if value.is_finite() { Ok(Some(real(value)? * &scale)) } else { Ok(None) }
        };
        let low = bound(low)?.map(|low| low.floor().to_integer());
        let high = bound(high)?.map(|high| high.ceil().to_integer());
        let place = self.same(step, input, scale)?;
        for interval in &mut self.quantized.quantities[place].intervals {
            *interval = interval.within(low.as_ref(), high.as_ref());
        }
        Ok(place)
    }

    /// Plans the nearest integers: by a factor that brings the scale to a power of two, whose bits are dropped.
    pub(super) fn round(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        if scale.is_one() {
            return self.same(step, input, scale);
        }
        // The factor is rounded: with eight bits more than the value has that is at most 2^-9 of a step.
        let k = self.hull(input).bits().max(scale.ceil().to_integer().bits()) + 8;
        let unit = BigRational::from_integer(power(k));
        let kernel =
            Kernel::Sum { factors: vec![(&unit / scale).round().to_integer()], constant: BigInt::zero() };
        let product = self.layer(kernel, Step { operator: "Mul", ..step }, vec![input], unit)?;
        let n = self.bits_with_half(product, k).max(k + 1);
        self.layer(Kernel::Rescale { n, k }, step, vec![product], BigRational::one())
    }
}
