//! Functions without a closed form in integers: a table over the range where they bend, lines outside of it.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

use super::plan::{Builder, Step};
use super::scale::real;
use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::kernel::{Kernel, Table, power};
use crate::ops::Function;

/// Largest power of e that is taken.
const LARGEST_EXPONENT: f64 = 40.0;
/// Below minus this a power of e counts as zero.
const LEAST_EXPONENT: f64 = 20.0;

impl Builder<'_> {
    pub(super) fn function(&mut self, function: Function, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let hull = self.hull(input);
        let in_reals = |value: &BigInt| {
            (BigRational::from_integer(value.clone()) / &scale).to_f64().unwrap_or(f64::INFINITY)
        };
        let (low, high) = (in_reals(&hull.low), in_reals(&hull.high));
        match function {
            Function::Log if low <= 0.0 => {
                let reason = "takes the logarithm of values that may be zero or less";
                return Err(Error::node(step.name, step.operator, reason));
            }
            Function::Exp if high > LARGEST_EXPONENT => {
                let reason = format!(
                    "takes e to the power of values up to {high}, expected at most {LARGEST_EXPONENT}"
                );
                return Err(Error::node(step.name, step.operator, reason));
            }
            _ => {}
        }
        if let Some(expected) = function.misfit(low, high) {
            let reason = format!("takes values from {low} to {high}, {expected}: a `Clip` before says so");
            return Err(Error::node(step.name, step.operator, reason));
        }
        let reach = match function.tails() {
            Some(tails) => Some(tails.reach),
            None if function == Function::Exp => Some(LEAST_EXPONENT.max(high)),
            None => None,
        };
        let bits_of_reach = match reach {
            Some(reach) => (real(reach)? * &scale).ceil().to_integer().bits() + 1,
            None => u64::MAX,
        };
        if hull.bits() <= bits_of_reach {
            return self.tabulated(&|x| function.real(function.inside(x)), step, input);
        }
        let m = bits_of_reach;
        let clamped = self.layer(
            Kernel::Clamp { n: hull.bits(), m },
            Step { operator: "Clip", ..step },
            vec![input],
            scale,
        )?;
        let slope = function.tails().map_or(0.0, |tails| tails.slope);
        if slope == 0.0 {
            return self.tabulated(&|x| function.real(x), step, clamped);
        }
        let bend = self.tabulated(&|x| function.real(x) - slope * x.max(0.0), step, clamped)?;
        let line = self.relu(Step { operator: "Relu", ..step }, input)?;
        self.sum(&[1.0, slope], 0.0, Step { operator: "Add", ..step }, &[bend, line])
    }

    /// Adds a table over the whole range of a value, around its middle.
    fn tabulated(&mut self, function: &dyn Fn(f64) -> f64, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let hull = self.hull(input);
        let middle: BigInt = (&hull.low + &hull.high) >> 1u32;
        let centred = Interval { low: &hull.low - &middle, high: &hull.high - &middle };
        // Where the range reaches both sides alike the middle is zero already.
        let is_centred = centred.bits() >= hull.bits();
        let (mut input, mut middle) = (input, middle);
        let mut n = hull.bits();
        if is_centred {
            middle = BigInt::zero();
        } else {
            n = centred.bits();
            let kernel = Kernel::Sum { factors: vec![BigInt::one()], constant: -&middle };
            input = self.layer(kernel, Step { operator: "Sub", ..step }, vec![input], scale.clone())?;
        }
        let n = n.max(5);
        let offset = (BigRational::from_integer(middle) / &scale).to_f64().unwrap_or(0.0);
        // A logarithm's table may reach below zero, where no value is.
        let least = (BigRational::from_integer(hull.low.clone()) / &scale).to_f64().unwrap_or(0.0);
        let is_above_zero = hull.low.is_positive();
        let shifted = |x: f64| {
            let x = x + offset;
            function(if is_above_zero { x.max(least) } else { x })
        };
        let (table, rest) = Table::of(&shifted, n, &scale, &self.scale);
        let target = self.scale.clone() * BigRational::from_integer(power(rest));
        self.layer(Kernel::PiecewiseLinear(table), step, vec![input], target)
    }
}
