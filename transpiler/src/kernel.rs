//! What the circuit is made of: each kernel is one template, its integer semantics, its range and its cost.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Zero};

use crate::ops::{Conv, Window};

/// A kernel with everything but its inputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// `Dense` or `DenseFixed`; weights `[units, inputs]`.
    Dense(Parameters),
    /// `Conv2D` or `Conv2DFixed`; the real-valued parameters of `geometry` are not used.
    Conv2D {
        /// Strides, dilations, pads, groups and the shape of the kernel.
        geometry: Box<Conv>,
        /// Weights `[filters, channels / groups, height, width]`.
        parameters: Parameters,
    },
    /// `SumPool2D`.
    SumPool2D(Window),
    /// `MaxPool2D`, with the bits of a difference.
    MaxPool2D {
        /// The window.
        window: Window,
        /// Bits of the difference of two values.
        n: u64,
    },
    /// `Relu`.
    Relu {
        /// Bits of the input.
        n: u64,
    },
    /// `ReluRescale`.
    ReluRescale {
        /// Bits of the input with the rounding offset.
        n: u64,
        /// Bits that are dropped.
        k: u64,
    },
    /// `Add`: factors that bring the inputs to a common scale.
    Add {
        /// Factor of the first input.
        a: BigInt,
        /// Factor of the second input.
        b: BigInt,
    },
    /// `Mul`.
    Mul,
    /// `ArgMax`.
    ArgMax {
        /// Bits of the difference of two values.
        n: u64,
    },
    /// `Range`: the values of a private input.
    Range {
        /// The least value.
        low: BigInt,
        /// The largest value.
        high: BigInt,
    },
    /// No template: output `i` is input `positions[i]`.
    Wiring {
        /// Where each element comes from.
        positions: Vec<usize>,
        /// The permutation of the axes, or `None` when the elements keep their order.
        permutation: Option<Vec<usize>>,
    },
}

/// Integers of a linear layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Row-major.
    pub weights: Vec<BigInt>,
    /// One per row of the weights, at the scale of the sums.
    pub bias: Vec<BigInt>,
}

/// Constraints of a kernel at `-O1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Constraints with a product.
    pub quadratic: usize,
    /// Constraints without one.
    pub linear: usize,
}

/// A number that kernels compute with: `i128` where nothing overflows, else `BigInt`.
pub(crate) trait Number: Integer + Clone + From<i64> {
    /// Converts an integer that is known to fit.
    fn of(value: &BigInt) -> Self;
}

impl Number for BigInt {
    fn of(value: &BigInt) -> Self {
        value.clone()
    }
}

impl Number for i128 {
    fn of(value: &BigInt) -> Self {
        value.try_into().unwrap_or(Self::MAX)
    }
}

/// Lengths of the axes of a kernel's first input and its output, without the batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shapes<'s> {
    pub(crate) input: &'s [usize],
    pub(crate) output: &'s [usize],
}

impl Shapes<'_> {
    fn planes(self) -> ([usize; 3], [usize; 3]) {
        let plane = |shape: &[usize]| [shape[0], shape[1], shape[2]];
        (plane(self.input), plane(self.output))
    }
}

impl Kernel {
    /// Returns the template's name; `None` for wiring.
    pub fn template(&self, is_fixed: bool) -> Option<&'static str> {
        Some(match self {
            Self::Dense(_) if is_fixed => "DenseFixed",
            Self::Dense(_) => "Dense",
            Self::Conv2D { .. } if is_fixed => "Conv2DFixed",
            Self::Conv2D { .. } => "Conv2D",
            Self::SumPool2D(_) => "SumPool2D",
            Self::MaxPool2D { .. } => "MaxPool2D",
            Self::Relu { .. } => "Relu",
            Self::ReluRescale { .. } => "ReluRescale",
            Self::Add { .. } => "Add",
            Self::Mul => "Mul",
            Self::ArgMax { .. } => "ArgMax",
            Self::Range { .. } => "Range",
            Self::Wiring { .. } => return None,
        })
    }

    /// Returns the parameters of a linear layer.
    pub fn parameters(&self) -> Option<&Parameters> {
        match self {
            Self::Dense(parameters) | Self::Conv2D { parameters, .. } => Some(parameters),
            _ => None,
        }
    }

    /// Computes the kernel in integers.
    pub(crate) fn eval<T: Number>(&self, inputs: &[&[T]], shapes: Shapes<'_>) -> Vec<T> {
        let input = inputs[0];
        match self {
            Self::Dense(parameters) => {
                let width = input.len();
                let rows = parameters.weights.chunks(width).zip(&parameters.bias);
                rows.map(|(row, bias)| {
                    let products = row.iter().zip(input).map(|(weight, value)| T::of(weight) * value.clone());
                    products.fold(T::of(bias), |sum, product| sum + product)
                })
                .collect()
            }
            Self::Conv2D { geometry, parameters } => {
                let (from, to) = shapes.planes();
                let weights: Vec<T> = parameters.weights.iter().map(T::of).collect();
                let area = to[1] * to[2];
                let mut sums: Vec<T> =
                    parameters.bias.iter().flat_map(|bias| std::iter::repeat_n(T::of(bias), area)).collect();
                geometry.for_each_product(from, to, |out, weight, position| {
                    let sum = std::mem::replace(&mut sums[out], T::zero());
                    sums[out] = sum + weights[weight].clone() * input[position].clone();
                });
                sums
            }
            Self::SumPool2D(window) => reduce(window, input, shapes, |left, right| left + right),
            Self::MaxPool2D { window, .. } => reduce(window, input, shapes, Ord::max),
            Self::Relu { .. } => input.iter().map(|value| value.clone().max(T::zero())).collect(),
            Self::ReluRescale { k, .. } => {
                let (half, divisor) = (power_of_two::<T>(k - 1), power_of_two::<T>(*k));
                input
                    .iter()
                    .map(|value| (value.clone() + half.clone()).div_floor(&divisor).max(T::zero()))
                    .collect()
            }
            Self::Add { a, b } => {
                let (a, b) = (T::of(a), T::of(b));
                let pairs = input.iter().zip(inputs[1]);
                pairs.map(|(left, right)| a.clone() * left.clone() + b.clone() * right.clone()).collect()
            }
            Self::Mul => {
                input.iter().zip(inputs[1]).map(|(left, right)| left.clone() * right.clone()).collect()
            }
            Self::ArgMax { .. } => {
                let mut best = 0;
                for (index, value) in input.iter().enumerate() {
                    if *value > input[best] {
                        best = index;
                    }
                }
                vec![T::from(i64::try_from(best).unwrap_or(i64::MAX))]
            }
            Self::Range { .. } => input.to_vec(),
            Self::Wiring { positions, .. } => {
                positions.iter().map(|position| input[*position].clone()).collect()
            }
        }
    }

    /// Returns the constraints of the kernel over a whole layer.
    pub(crate) fn cost(&self, shapes: Shapes<'_>, is_fixed: bool) -> Cost {
        let inputs: usize = shapes.input.iter().product();
        let outputs: usize = shapes.output.iter().product();
        let bits = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let cost = |quadratic: usize, linear: usize| Cost { quadratic, linear };
        match self {
            Self::Dense(_) | Self::Conv2D { .. } if is_fixed => cost(0, outputs),
            Self::Dense(parameters) => cost(parameters.weights.len(), 0),
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
            Self::Add { .. } => cost(0, outputs),
            Self::MaxPool2D { window, n } => {
                let mut compared = 0;
                window.for_each_output(shapes.planes().0, |positions| compared += positions.len() - 1);
                cost(compared * (bits(*n) + 1), 2 * compared)
            }
            Self::Relu { n } | Self::ReluRescale { n, .. } => cost(outputs * (bits(*n) + 1), outputs),
            Self::Mul => cost(outputs, 0),
            Self::ArgMax { n } => cost((inputs - 1) * (bits(*n) + 2) - 2, 2 * inputs - 1),
            Self::Range { low, high } => {
                let count: BigInt = high - low + 1;
                let a = bits(count.bits() - 1);
                if count == BigInt::one() << a {
                    cost(inputs * a, inputs)
                } else {
                    cost(inputs * (a + 1), 2 * inputs)
                }
            }
            Self::Wiring { .. } => cost(0, 0),
        }
    }
}

fn reduce<T: Number>(window: &Window, input: &[T], shapes: Shapes<'_>, join: impl Fn(T, T) -> T) -> Vec<T> {
    let mut result = Vec::new();
    window.for_each_output(shapes.planes().0, |positions| {
        let values = positions.iter().map(|position| input[*position].clone());
        result.push(values.reduce(&join).unwrap_or_else(T::zero));
    });
    result
}

fn power_of_two<T: Number>(exponent: u64) -> T {
    num_traits::pow(T::from(2), usize::try_from(exponent).unwrap_or(usize::MAX))
}

/// Returns the least n with `value` in [-2^(n-1), 2^(n-1)).
pub(crate) fn signed_bits(value: &BigInt) -> u64 {
    let positive = if value < &BigInt::zero() { -value - 1 } else { value.clone() };
    positive.bits() + 1
}
