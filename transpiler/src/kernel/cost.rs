//! How many constraints a kernel takes.

use num_bigint::BigInt;
use num_traits::One as _;

use super::{Kernel, Shapes};

/// Constraints of a kernel at `-O1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Constraints with a product.
    pub quadratic: usize,
    /// Constraints without one.
    pub linear: usize,
}

impl Kernel {
    /// Returns the constraints of the kernel over a whole layer; `by_constant` tells that one of two factors is constant.
    pub(crate) fn cost(&self, shapes: Shapes<'_>, is_fixed: bool, by_constant: bool) -> Cost {
        let inputs: usize = shapes.input.iter().product();
        let outputs: usize = shapes.output.iter().product();
        let bits = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let cost = |quadratic: usize, linear: usize| Cost { quadratic, linear };
        match self {
            Self::Dense(_) | Self::Conv2D { .. } if is_fixed => cost(0, outputs),
            Self::Dense(parameters) => {
                let width = parameters.weights.len() / parameters.bias.len();
                cost(parameters.weights.len() * (inputs / width), 0)
            }
            Self::Conv2D { geometry, tile: Some(tile), .. } => {
                let (from, to) = shapes.planes();
                super::tile::cost(geometry, from, to, *tile)
            }
            Self::Conv2D { geometry, .. } => {
                let (from, to) = shapes.planes();
                let mut products = 0;
                geometry.for_each_product(from, to, |_, _, _| products += 1);
                cost(products, 0)
            }
            Self::SumPool2D(window) => {
                let mut sums = 0;
                window
                    .for_each_output(shapes.planes().0, |positions| sums += usize::from(positions.len() > 1));
                cost(0, sums)
            }
            Self::MaxPool2D { window, n } => {
                let mut compared = 0;
                window.for_each_output(shapes.planes().0, |positions| compared += positions.len() - 1);
                cost(compared * (bits(*n) + 1), 2 * compared)
            }
            Self::ReduceMax { rows, n } => {
                let compared = outputs * (rows.length - 1);
                cost(compared * (bits(*n) + 1), 2 * compared)
            }
            Self::ArgMax { rows, n } => {
                cost(outputs * ((rows.length - 1) * (bits(*n) + 2) - 2), outputs * (2 * rows.length - 1))
            }
            Self::ReduceSum(_) | Self::Sum { .. } => cost(0, outputs),
            Self::Mul if by_constant => cost(0, outputs),
            Self::Mul => cost(outputs, 0),
            Self::MatMul(product) => cost(product.stack * product.rows * product.inner * product.columns, 0),
            Self::Relu { n } | Self::ReluRescale { n, .. } => cost(outputs * (bits(*n) + 1), outputs),
            Self::Rescale { n, .. } => cost(outputs * bits(*n), 2 * outputs),
            Self::Clamp { n, .. } => cost(outputs * (bits(*n) + 5), outputs),
            Self::IsNonNegative { n } => cost(outputs * bits(*n), outputs),
            Self::IsZero => cost(3 * outputs, 0),
            Self::FloorDivide { n, divisor } => {
                let a = bits(divisor.bits() - 1);
                let is_power = *divisor == BigInt::one() << a;
                let quadratic = bits(super::quotient_bits(*n, divisor)) + a + usize::from(!is_power);
                cost(outputs * quadratic, outputs * 4)
            }
            Self::OneHot { size } => cost(outputs, outputs / size),
            Self::Reciprocal { n, m, .. } => cost(outputs * (2 * bits(*n) + bits(*m) + 1), 4 * outputs),
            Self::SquareRoot { n, .. } => cost(outputs * (3 * bits(*n) + 3), 4 * outputs),
            Self::PiecewiseLinear(table) => {
                let a = (table.k - 1) / 2;
                let products = 3 * (1 << a) + (1 << (table.k - a)) - bits(table.k) - 1;
                cost(outputs * (bits(table.n) + products), outputs)
            }
            Self::Range { low, high } => {
                let count: BigInt = high - low + 1;
                let a = bits(count.bits() - 1);
                if count == BigInt::one() << a {
                    cost(inputs * a, inputs)
                } else {
                    cost(inputs * (a + 1), 2 * inputs)
                }
            }
            Self::Parameter(_) | Self::Wiring { .. } => cost(0, 0),
        }
    }
}
