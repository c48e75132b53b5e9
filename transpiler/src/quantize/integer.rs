//! Integers: quotients rounded down, what a type holds, places of indices.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, Zero as _};

use super::plan::{Builder, Step};
use super::scale::real;
use super::sum::simple;
use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::kernel::{Kernel, Order, Origin, power};
use crate::ops::Range;

impl Builder<'_> {
    /// Plans the largest integers that are not above values over a divisor, exactly as the integers say.
    pub(super) fn floor(&mut self, divisor: f64, step: Step<'_>, input: usize) -> Result<usize> {
        let unit = self.scale_of(input) * simple(divisor)?;
        let input = self.times(unit.denom(), step, input)?;
        if unit.numer().is_one() {
            return self.same(step, input, BigRational::one());
        }
        let n = self.hull(input).bits();
        let kernel = Kernel::FloorDivide { n, divisor: unit.numer().clone() };
        self.layer(kernel, step, vec![input], BigRational::one())
    }

    /// Plans the quotients of integers, the first not negative and the second above zero, rounded down.
    ///
    /// With a <= A, q = floor(a / b) is p or p + 1 for p = floor(a * floor(N / b) / N) and N > A: the error of the product is
    /// below a * (1 / N) < 1.
    pub(super) fn quotient(&mut self, step: Step<'_>, inputs: [usize; 2]) -> Result<usize> {
        let [dividend, divisor] = inputs;
        let (dividend, divisor) = (self.whole(step, dividend)?, self.whole(step, divisor)?);
        let (most, hull) = (self.hull(dividend), self.hull(divisor));
        if most.low.is_negative() || !hull.low.is_positive() {
            return Err(Error::node(step.name, step.operator, "divides by values that may be zero or less"));
        }
        let one = BigRational::one;
        let numerator = power(most.high.bits().max(1));
        let (n, m) = (hull.high.bits(), (&numerator / &hull.low).bits().max(1));
        let of = |operator: &'static str| Step { operator, ..step };
        let kernel = Kernel::Reciprocal { numerator: numerator.clone(), n, m };
        let inverse = self.layer(kernel, of("Reciprocal"), vec![divisor], one())?;
        let product = self.layer(Kernel::Mul, of("Mul"), vec![dividend, inverse], one())?;
        let n = self.hull(product).bits();
        let kernel = Kernel::FloorDivide { n, divisor: numerator };
        let guess = self.layer(kernel, of("Floor"), vec![product], one())?;
        let back = self.layer(Kernel::Mul, of("Mul"), vec![guess, divisor], one())?;
        // Whether the rest holds the divisor once more.
        let factors = vec![BigInt::one(), -BigInt::one(), -BigInt::one()];
        let sum = Kernel::Sum { factors, constant: BigInt::zero() };
        let rest = self.layer(sum, of("Sub"), vec![dividend, back, divisor], one())?;
        let n = self.hull(rest).bits();
        let more = self.layer(Kernel::IsNonNegative { n }, of("GreaterOrEqual"), vec![rest], one())?;
        let sum = Kernel::Sum { factors: vec![BigInt::one(); 2], constant: BigInt::zero() };
        self.layer(sum, step, vec![guess, more], one())
    }

    /// Plans integers as a type holds them: what does not fit wraps around.
    pub(super) fn wrapped(&mut self, range: Range, step: Step<'_>, input: usize) -> Result<usize> {
        let range = integers(range)?;
        let input = self.whole(step, input)?;
        let bounds = self.quantized.quantities[input].bounds();
        if bounds.is_some_and(|bounds| range.low <= bounds.low && bounds.high <= range.high) {
            return self.same(step, input, BigRational::one());
        }
        let count: BigInt = &range.high - &range.low + 1u32;
        let of = |operator: &'static str| Step { operator, ..step };
        let sum = Kernel::Sum { factors: vec![BigInt::one()], constant: -&range.low };
        let moved = self.layer(sum, of("Sub"), vec![input], BigRational::one())?;
        let n = self.hull(moved).bits();
        let kernel = Kernel::FloorDivide { n, divisor: count.clone() };
        let turns = self.layer(kernel, of("Floor"), vec![moved], BigRational::one())?;
        let sum = Kernel::Sum { factors: vec![BigInt::one(), -count], constant: BigInt::zero() };
        let place = self.layer(sum, step, vec![input, turns], BigRational::one())?;
        self.clip_intervals(place, &range);
        Ok(place)
    }

    /// Plans a check that values lie in a range.
    pub(super) fn within(&mut self, range: Range, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let low = (real(range.low)? * &scale).ceil().to_integer();
        let high = (real(range.high)? * &scale).floor().to_integer();
        self.checked(&Interval { low, high }, step, input)
    }

    /// Plans a check that values are above zero.
    pub(super) fn positive(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let high = self.hull(input).high.max(BigInt::from(2));
        self.checked(&Interval { low: BigInt::one(), high }, step, input)
    }

    fn checked(&mut self, range: &Interval, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let bounds = self.quantized.quantities[input].bounds();
        if bounds.is_some_and(|bounds| range.low <= bounds.low && bounds.high <= range.high) {
            return self.same(step, input, scale);
        }
        let hull = self.hull(input);
        if hull.high < range.low || range.high < hull.low {
            let reason = format!(
                "needs values from {} to {} at a scale of {scale}, and has values from {} to {}",
                range.low, range.high, hull.low, hull.high
            );
            return Err(Error::node(step.name, step.operator, reason));
        }
        let kernel = Kernel::Range { low: range.low.clone(), high: range.high.clone() };
        let place = self.layer(kernel, Step { operator: "Range", ..step }, vec![input], scale)?;
        self.clip_intervals(place, range);
        Ok(place)
    }

    /// Plans the bits that mark the places of indices.
    pub(super) fn one_hot(&mut self, size: usize, step: Step<'_>, input: usize) -> Result<usize> {
        let mut place = self.whole(step, input)?;
        let shape = self.quantized.quantities[place].shape.clone();
        let of = |operator: &'static str| Step { operator, shape: &shape, ..step };
        let bounds = self.quantized.quantities[place].bounds();
        if bounds.is_none_or(|bounds| bounds.low.is_negative()) {
            // Negative ones count from the end.
            let n = self.hull(place).bits();
            let kernel = Kernel::IsNonNegative { n };
            let sign = self.layer(kernel, of("GreaterOrEqual"), vec![place], BigRational::one())?;
            let length = BigInt::from(size);
            let kernel = Kernel::Sum { factors: vec![BigInt::one(), -&length], constant: length };
            place = self.layer(kernel, of("Add"), vec![place, sign], BigRational::one())?;
        }
        if size > 1 {
            return self.layer(Kernel::OneHot { size }, step, vec![place], BigRational::one());
        }
        // The only place: zero, which is both 0 or 1 and -1 or 0.
        for low in [-1, 0] {
            let kernel = Kernel::Range { low: BigInt::from(low), high: BigInt::from(low + 1) };
            place = self.layer(kernel, of("Range"), vec![place], BigRational::one())?;
        }
        let sources = vec![Origin::Constant(BigInt::one()); step.shape.iter().product()];
        self.layer(Kernel::Wiring { sources, order: Order::Any }, step, vec![place], BigRational::one())
    }

    /// Brings integers to scale 1.
    fn whole(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let input = self.times(scale.denom(), step, input)?;
        if scale.numer().is_one() {
            return Ok(input);
        }
        let shape = self.quantized.quantities[input].shape.clone();
        self.round(Step { operator: "Round", shape: &shape, ..step }, input)
    }

    /// Multiplies the integers and the scale.
    fn times(&mut self, factor: &BigInt, step: Step<'_>, input: usize) -> Result<usize> {
        if factor.is_one() {
            return Ok(input);
        }
        let scale = self.scale_of(input) * BigRational::from_integer(factor.clone());
        let shape = self.quantized.quantities[input].shape.clone();
        let kernel = Kernel::Sum { factors: vec![factor.clone()], constant: BigInt::zero() };
        self.layer(kernel, Step { operator: "Mul", shape: &shape, ..step }, vec![input], scale)
    }

    fn clip_intervals(&mut self, place: usize, range: &Interval) {
        for interval in &mut self.quantized.quantities[place].intervals {
            *interval = interval.within(Some(&range.low), Some(&range.high));
        }
    }
}

fn integers(range: Range) -> Result<Interval> {
    Ok(Interval { low: real(range.low)?.floor().to_integer(), high: real(range.high)?.floor().to_integer() })
}
