//! The integer semantics of kernels: what the circuit proves.

use num_bigint::BigInt;

use super::{Kernel, Number, Origin, Shapes};
use crate::ops::Window;

impl Kernel {
    /// Computes the kernel in integers.
    pub(crate) fn eval<T: Number>(&self, inputs: &[&[T]], shapes: Shapes<'_>) -> Vec<T> {
        match self {
            Self::Parameter(values) => return values.iter().map(T::of).collect(),
            Self::Wiring { sources, .. } => {
                let value = |source: &Origin| match source {
                    Origin::Element(input, position) => inputs[*input][*position].clone(),
                    Origin::Constant(constant) => T::of(constant),
                };
                return sources.iter().map(value).collect();
            }
            _ => {}
        }
        let input = inputs[0];
        match self {
            Self::Dense(parameters) => {
                let weights: Vec<T> = parameters.weights.iter().map(T::of).collect();
                let bias: Vec<T> = parameters.bias.iter().map(T::of).collect();
                let width = weights.len() / bias.len();
                let row = |values: &[T]| -> Vec<T> {
                    let rows = weights.chunks(width).zip(&bias);
                    rows.map(|(row, bias)| {
                        let products =
                            row.iter().zip(values).map(|(weight, value)| weight.clone() * value.clone());
                        products.fold(bias.clone(), |sum, product| sum + product)
                    })
                    .collect()
                };
                input.chunks(width).flat_map(row).collect()
            }
            Self::Conv2D { geometry, parameters, .. } => {
                let (from, to) = shapes.planes();
                let weights: Vec<T> = parameters.weights.iter().map(T::of).collect();
                let area = to[1] * to[2];
                let mut sums: Vec<T> =
                    parameters.bias.iter().flat_map(|bias| std::iter::repeat_n(T::of(bias), area)).collect();
                geometry.for_each_product(from, to, |out, weight, position| {
                    add(&mut sums[out], weights[weight].clone() * input[position].clone());
                });
                sums
            }
            Self::MatMul(product) => {
                let count = product.stack * product.rows * product.columns;
                let mut sums: Vec<T> = std::iter::repeat_n(T::zero(), count).collect();
                product.for_each_product(|a, b, out| {
                    add(&mut sums[out], input[a].clone() * inputs[1][b].clone());
                });
                sums
            }
            Self::SumPool2D(window) => reduce(window, input, shapes, |left, right| left + right),
            Self::MaxPool2D { window, .. } => reduce(window, input, shapes, Ord::max),
            Self::ReduceSum(rows) => rows.fold(input, |left, right| left + right),
            Self::ReduceMax { rows, .. } => rows.fold(input, Ord::max),
            Self::ArgMax { rows, .. } => rows
                .arg_max(input)
                .into_iter()
                .map(|at| T::from(i64::try_from(at).unwrap_or(i64::MAX)))
                .collect(),
            Self::Sum { factors, constant } => {
                let mut sums: Vec<T> = std::iter::repeat_n(T::of(constant), input.len()).collect();
                for (factor, values) in factors.iter().map(T::of).zip(inputs) {
                    for (sum, value) in sums.iter_mut().zip(*values) {
                        add(sum, factor.clone() * value.clone());
                    }
                }
                sums
            }
            Self::OneHot { size } => input
                .iter()
                .flat_map(|value| {
                    let bit =
                        |at| T::from(i64::from(*value == T::from(i64::try_from(at).unwrap_or(i64::MAX))));
                    (0..*size).map(bit).collect::<Vec<T>>()
                })
                .collect(),
            Self::Mul => {
                input.iter().zip(inputs[1]).map(|(left, right)| left.clone() * right.clone()).collect()
            }
            _ => input.iter().map(|value| self.eval_element(value)).collect(),
        }
    }

    /// Computes a kernel of one input, element by element.
    fn eval_element<T: Number>(&self, value: &T) -> T {
        match self {
            Self::Relu { .. } => value.clone().max(T::zero()),
            Self::ReluRescale { k, .. } => rescaled(value, *k).max(T::zero()),
            Self::Rescale { k, .. } => rescaled(value, *k),
            Self::Clamp { m, .. } => {
                let bound = power_of_two::<T>(m - 1);
                let low = T::zero() - bound.clone();
                value.clone().clamp(low, bound - T::one())
            }
            Self::IsNonNegative { .. } => T::from(i64::from(*value >= T::zero())),
            Self::IsZero => T::from(i64::from(value.is_zero())),
            // Values that have no witness may be met where ranges are computed.
            Self::Reciprocal { numerator, .. } => T::of(numerator).div_floor(&value.clone().max(T::one())),
            Self::FloorDivide { divisor, .. } => value.div_floor(&T::of(divisor)),
            Self::SquareRoot { factor, .. } => (T::of(factor) * value.clone().max(T::zero())).square_root(),
            Self::PiecewiseLinear(table) => table.eval(value),
            _ => value.clone(),
        }
    }
}

fn add<T: Number>(sum: &mut T, term: T) {
    let before = std::mem::replace(sum, T::zero());
    *sum = before + term;
}

/// Returns a value over 2^k, rounded to nearest.
fn rescaled<T: Number>(value: &T, k: u64) -> T {
    (value.clone() + power_of_two::<T>(k - 1)).div_floor(&power_of_two::<T>(k))
}

fn reduce<T: Number>(window: &Window, input: &[T], shapes: Shapes<'_>, join: impl Fn(T, T) -> T) -> Vec<T> {
    let mut result = Vec::new();
    window.for_each_output(shapes.planes().0, |positions| {
        let values = positions.iter().map(|position| input[*position].clone());
        result.push(values.reduce(&join).unwrap_or_else(T::zero));
    });
    result
}

pub(super) fn power_of_two<T: Number>(exponent: u64) -> T {
    num_traits::pow(T::from(2), usize::try_from(exponent).unwrap_or(usize::MAX))
}

/// Returns 2^exponent.
pub(crate) fn power(exponent: u64) -> BigInt {
    power_of_two(exponent)
}
