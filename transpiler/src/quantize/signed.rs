//! Division by values of either sign: by their magnitude, which is proven not to be zero, and their sign.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Zero as _};

use super::plan::{Builder, Step};
use crate::error::Result;
use crate::kernel::Kernel;

impl Builder<'_> {
    /// Plans one over values that are below zero, or on both sides of it.
    pub(super) fn signed_reciprocal(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let n = self.hull(input).bits();
        let of = |operator: &'static str| Step { operator, ..step };
        let positive = self.layer(Kernel::Relu { n }, of("Relu"), vec![input], scale.clone())?;
        let kernel = Kernel::Sum { factors: vec![BigInt::from(2), -BigInt::one()], constant: BigInt::zero() };
        let magnitude = self.layer(kernel, of("Abs"), vec![positive, input], scale)?;
        let magnitude = self.positive(of("Range"), magnitude)?;
        let inverse = self.reciprocal(of("Reciprocal"), magnitude)?;
        let one = BigRational::one();
        let sign = self.layer(Kernel::IsNonNegative { n }, of("GreaterOrEqual"), vec![input], one.clone())?;
        let kernel = Kernel::Sum { factors: vec![BigInt::from(2)], constant: -BigInt::one() };
        let sign = self.layer(kernel, of("Sign"), vec![sign], one)?;
        let scale = self.scale_of(inverse);
        self.layer(Kernel::Mul, step, vec![sign, inverse], scale)
    }
}
