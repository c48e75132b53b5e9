//! Functions that take values apart: rectifiers, comparisons, reciprocals, roots.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, Zero as _};

use super::plan::{Builder, Step};
use crate::error::{Error, Result};
use crate::kernel::{Kernel, Order, Origin, power};
use crate::ops::Rows;

impl Builder<'_> {
    /// Drops the bits that are finer than the scale of the weights, on the way.
    pub(super) fn relu(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let hull = self.hull(input);
        let scale = self.scale_of(input);
        let bounds = self.quantized.quantities[input].bounds();
        if bounds.as_ref().is_some_and(|bounds| !bounds.low.is_negative()) {
            return self.same(step, input, scale);
        }
        if bounds.is_some_and(|bounds| !bounds.high.is_positive()) {
            let sources = vec![Origin::Constant(BigInt::zero()); step.shape.iter().product()];
            return self.layer(Kernel::Wiring { sources, order: Order::Any }, step, vec![input], scale);
        }
        let excess = (&scale / &self.scale).floor().to_integer();
        let k = excess.bits().saturating_sub(1);
        if k == 0 {
            return self.layer(Kernel::Relu { n: hull.bits() }, step, vec![input], scale);
        }
        let n = self.bits_with_half(input, k).max(k + 2);
        let scale = scale / BigRational::from_integer(power(k));
        self.layer(Kernel::ReluRescale { n, k }, step, vec![input], scale)
    }

    /// Plans a test for zero; what cannot be zero needs none.
    pub(super) fn is_zero(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let bounds = self.quantized.quantities[input].bounds();
        if bounds.is_some_and(|bounds| bounds.low.is_positive() || bounds.high.is_negative()) {
            let sources = vec![Origin::Constant(BigInt::zero()); step.shape.iter().product()];
            let kernel = Kernel::Wiring { sources, order: Order::Any };
            return self.layer(kernel, step, vec![input], BigRational::one());
        }
        self.layer(Kernel::IsZero, step, vec![input], BigRational::one())
    }

    pub(super) fn arg_max(&mut self, rows: &Rows, step: Step<'_>, input: usize) -> Result<usize> {
        if rows.length == 1 {
            let sources = vec![Origin::Constant(BigInt::zero()); step.shape.iter().product()];
            let kernel = Kernel::Wiring { sources, order: Order::Any };
            return self.layer(kernel, step, vec![input], BigRational::one());
        }
        let scale = self.scale_of(input);
        let mut input = input;
        if rows.inner > 1 {
            let sources = (0..rows.outputs()).flat_map(|out| rows.positions(out));
            let sources = sources.map(|position| Origin::Element(0, position)).collect();
            let shape = [rows.outputs(), rows.length];
            let of = Step { operator: "Transpose", shape: &shape, ..step };
            input = self.layer(Kernel::Wiring { sources, order: Order::Any }, of, vec![input], scale)?;
        }
        let n = self.hull(input).differences().bits();
        let view = Rows { outer: rows.outputs(), inner: 1, ..rows.clone() };
        self.layer(Kernel::ArgMax { rows: view, n }, step, vec![input], BigRational::one())
    }

    /// Plans a division of one by values that are above zero.
    pub(super) fn reciprocal(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let mut input = input;
        let least = self.hull(input).low;
        if least.is_negative() {
            return self.signed_reciprocal(step, input);
        }
        if !least.is_positive() {
            let reason = "divides by values that may be zero or less";
            return Err(Error::node(step.name, step.operator, reason));
        }
        // Bits that even the least value does not need are dropped.
        let spare = least.bits().saturating_sub(self.scale.numer().bits() + 1);
        if spare > 0 {
            let target = self.scale_of(input) / BigRational::from_integer(power(spare));
            input = self.rescaled(input, step.name, &target)?;
        }
        let hull = self.hull(input);
        let numerator = power((self.scale.ceil().to_integer() * &hull.high).bits());
        let (n, m) = (hull.high.bits(), (&numerator / &hull.low).bits());
        let scale = BigRational::from_integer(numerator.clone()) / self.scale_of(input);
        self.layer(Kernel::Reciprocal { numerator, n, m }, step, vec![input], scale)
    }

    /// Plans the square root of values that are not negative: of a multiple that makes the scale a square.
    pub(super) fn square_root(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let hull = self.hull(input);
        if hull.low.is_negative() {
            let reason = "takes the square root of values that may be negative";
            return Err(Error::node(step.name, step.operator, reason));
        }
        let scale = self.scale_of(input);
        let product = scale.numer() * scale.denom();
        let root = largest_square_divisor(&product);
        // sqrt(x * factor) stands for sqrt(x / scale) at the scale numer / root.
        let mut factor = &product / (&root * &root);
        let mut scale = BigRational::new(scale.numer().clone(), root);
        // As fine as the weights at least.
        if scale < self.scale {
            let more = (&self.scale / &scale).ceil().to_integer();
            factor *= &more * &more;
            scale *= BigRational::from_integer(more);
        }
        let n = (&factor * &hull.high).bits().div_ceil(2).max(1);
        self.layer(Kernel::SquareRoot { factor, n }, step, vec![input], scale)
    }
}

/// Returns the largest integer whose square divides a number, as far as small primes tell.
fn largest_square_divisor(number: &BigInt) -> BigInt {
    let mut rest = number.clone();
    let mut root = BigInt::one();
    for prime in 2..1000u32 {
        let square = BigInt::from(prime) * prime;
        while (&rest % &square).is_zero() {
            rest /= &square;
            root *= prime;
        }
    }
    let whole = rest.sqrt();
    if &whole * &whole == rest { root * whole } else { root }
}
