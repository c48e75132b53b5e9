//! Sums and wiring of values of different scales, which meet at a common one.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, Zero as _};

use super::linear::are_whole;
use super::plan::{Builder, Step};
use super::scale::real;
use crate::error::Result;
use crate::kernel::{Kernel, Order, Origin, power};
use crate::ops::{Source, Wire};

/// Most bits of the factors of an exact sum.
const MOST_EXACT_BITS: u64 = 24;

impl Builder<'_> {
    /// Plans `constant + sum of coefficient * value`: exactly when the factors stay small, else rounded.
    pub(super) fn sum(
        &mut self,
        coefficients: &[f64],
        constant: f64,
        step: Step<'_>,
        inputs: &[usize],
    ) -> Result<usize> {
        if let ([coefficient], [input], true) = (coefficients, inputs, constant == 0.0)
            && *coefficient > 0.0
        {
            // The same integers stand for other numbers.
            let scale = self.scale_of(*input) / simple(*coefficient)?;
            return self.same(step, *input, scale);
        }
        let units = coefficients
            .iter()
            .zip(inputs)
            .map(|(coefficient, input)| Ok(simple(*coefficient)? / self.scale_of(*input)))
            .collect::<Result<Vec<BigRational>>>()?;
        let scale = meeting_scale(&units);
        // A constant needs the scale of the weights at least, unless it is exact.
        let scale = if scale >= self.scale || are_whole(&[constant], &scale)? {
            scale
        } else {
            let more = (&self.scale / &scale).ceil().to_integer();
            scale * BigRational::from_integer(more)
        };
        let factors: Vec<BigInt> = units.iter().map(|unit| (&scale * unit).round().to_integer()).collect();
        let constant = (real(constant)? * &scale).round().to_integer();
        self.layer(Kernel::Sum { factors, constant }, step, inputs.to_vec(), scale)
    }

    pub(super) fn wire(&mut self, wire: &Wire, step: Step<'_>, inputs: &[usize]) -> Result<usize> {
        let units: Vec<BigRational> = inputs.iter().map(|input| self.scale_of(*input).recip()).collect();
        let is_whole = |source: &Source| matches!(source, Source::Constant(value) if value.fract() == 0.0);
        let scale = if !units.is_empty() {
            meeting_scale(&units)
        } else if wire.sources.iter().all(is_whole) {
            BigRational::one()
        } else {
            self.scale.clone()
        };
        let mut aligned = Vec::new();
        for input in inputs {
            let own = self.scale_of(*input);
            aligned.push(if own == scale {
                *input
            } else {
                let factor = (&scale / &own).round().to_integer();
                let shape = self.quantized.quantities[*input].shape.clone();
                let kernel = Kernel::Sum { factors: vec![factor], constant: BigInt::zero() };
                let of = Step { operator: "Mul", shape: &shape, ..step };
                self.layer(kernel, of, vec![*input], scale.clone())?
            });
        }
        let sources = wire
            .sources
            .iter()
            .map(|source| {
                Ok(match source {
                    Source::Element(input, position) => Origin::Element(*input, *position),
                    Source::Constant(value) => {
                        Origin::Constant((real(*value)? * &scale).round().to_integer())
                    }
                })
            })
            .collect::<Result<Vec<Origin>>>()?;
        self.layer(Kernel::Wiring { sources, order: Order::Any }, step, aligned, scale)
    }
}

/// Returns the fraction with a small denominator that a number is, if it is one, else the number itself.
pub(super) fn simple(value: f64) -> Result<BigRational> {
    for denominator in 1..=4096u32 {
        let numerator = (value * f64::from(denominator)).round();
        if numerator / f64::from(denominator) == value {
            return Ok(real(numerator)? / BigRational::from_integer(denominator.into()));
        }
    }
    real(value)
}

/// Returns the scale at which values meet that are multiplied by these units: the least that is exact if its factors stay
/// small; else one so fine that rounding the factors is far below the values' steps.
fn meeting_scale(units: &[BigRational]) -> BigRational {
    let exact = common_scale(units);
    let sizes = || units.iter().filter(|unit| !unit.is_zero()).map(BigRational::abs);
    let widest = sizes().map(|unit| (&exact * unit).to_integer().bits()).max().unwrap_or(0);
    if widest <= MOST_EXACT_BITS {
        return exact;
    }
    let finest = sizes().map(|unit| unit.recip()).max().unwrap_or_else(BigRational::one);
    finest * BigRational::from_integer(power(MOST_EXACT_BITS))
}

/// Returns the least scale at which the factors of all units are integers.
fn common_scale(units: &[BigRational]) -> BigRational {
    // The reciprocal of the greatest common divisor of fractions: gcd of numerators over lcm of denominators.
    let (mut numerator, mut denominator) = (BigInt::zero(), BigInt::one());
    for unit in units.iter().filter(|unit| !unit.is_zero()) {
        numerator = numerator.gcd(unit.numer());
        denominator = denominator.lcm(unit.denom());
    }
    if numerator.is_zero() { BigRational::one() } else { BigRational::new(denominator, numerator) }
}
