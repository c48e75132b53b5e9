//! What the circuit is made of: each kernel is one template, its integer semantics, its range and its cost.

mod cost;
mod eval;
mod table;
mod tile;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero as _;

use crate::ops::{Conv, MatMul, Rows, Window};

pub use cost::Cost;
pub(crate) use eval::power;
pub use table::Table;
pub(crate) use tile::cheapest as cheapest_tile;

/// A kernel with everything but its inputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// `Dense` or `DenseFixed` for each row of the input; weights `[units, inputs]`.
    Dense(Parameters),
    /// `Conv2D`, `Conv2DTiled` or `Conv2DFixed`; the real-valued parameters of `geometry` are not used.
    Conv2D {
        /// Strides, dilations, pads, groups and the shape of the kernel.
        geometry: Box<Conv>,
        /// Weights `[filters, channels / groups, height, width]`.
        parameters: Parameters,
        /// Height and width of the tiles that it is computed by.
        tile: Option<[usize; 2]>,
    },
    /// No template: a tensor of parameters.
    Parameter(Vec<BigInt>),
    /// `SumPool2D`.
    SumPool2D(Window),
    /// `MaxPool2D`, with the bits of a difference.
    MaxPool2D {
        /// The window.
        window: Window,
        /// Bits of the difference of two values.
        n: u64,
    },
    /// `ReduceSum`.
    ReduceSum(Rows),
    /// `ReduceMax`.
    ReduceMax {
        /// What is reduced.
        rows: Rows,
        /// Bits of the difference of two values.
        n: u64,
    },
    /// `ArgMax` for each row; the last axis of the view has length one.
    ArgMax {
        /// What is reduced.
        rows: Rows,
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
    /// `Rescale`.
    Rescale {
        /// Bits of the input with the rounding offset.
        n: u64,
        /// Bits that are dropped.
        k: u64,
    },
    /// `Clamp`.
    Clamp {
        /// Bits of the input.
        n: u64,
        /// Bits of the output.
        m: u64,
    },
    /// `IsNonNegative`.
    IsNonNegative {
        /// Bits of the input.
        n: u64,
    },
    /// `IsZero`.
    IsZero,
    /// `FloorDivide`, without an offset.
    FloorDivide {
        /// Bits of the input.
        n: u64,
        /// What is divided by, more than one.
        divisor: BigInt,
    },
    /// `OneHot` for each value of the input.
    OneHot {
        /// Number of places, two at least.
        size: usize,
    },
    /// `Reciprocal`.
    Reciprocal {
        /// What is divided.
        numerator: BigInt,
        /// Bits of the input.
        n: u64,
        /// Bits of the output.
        m: u64,
    },
    /// `SquareRoot`.
    SquareRoot {
        /// The factor of the input.
        factor: BigInt,
        /// Bits of the output.
        n: u64,
    },
    /// `PiecewiseLinear`.
    PiecewiseLinear(Table),
    /// `Sum`.
    Sum {
        /// The factors that bring the inputs to a common scale.
        factors: Vec<BigInt>,
        /// What is added.
        constant: BigInt,
    },
    /// `Mul`.
    Mul,
    /// `MatMul` for each matrix of the stacks.
    MatMul(MatMul),
    /// `Range`: the values of a private input.
    Range {
        /// The least value.
        low: BigInt,
        /// The largest value.
        high: BigInt,
    },
    /// No template: each output is an element of an input, or a constant.
    Wiring {
        /// Where each element comes from.
        sources: Vec<Origin>,
        /// What is known of the order.
        order: Order,
    },
}

/// Where an element of a wiring comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Which input, and the position in it.
    Element(usize, usize),
    /// A constant.
    Constant(BigInt),
}

/// The order of the elements of a wiring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// That of the input.
    Same,
    /// That of the input with its axes permuted.
    Permuted(Vec<usize>),
    /// Any.
    Any,
}

/// Integers of a linear layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Row-major.
    pub weights: Vec<BigInt>,
    /// One per row of the weights, at the scale of the sums.
    pub bias: Vec<BigInt>,
}

/// A number that kernels compute with: `i128` where nothing overflows, else `BigInt`.
pub(crate) trait Number: Integer + Clone + From<i64> {
    /// Converts an integer that is known to fit.
    fn of(value: &BigInt) -> Self;

    /// Returns the largest integer whose square is not above a value that is not negative.
    fn square_root(&self) -> Self;
}

impl Number for BigInt {
    fn of(value: &BigInt) -> Self {
        value.clone()
    }

    fn square_root(&self) -> Self {
        self.sqrt()
    }
}

impl Number for i128 {
    fn of(value: &BigInt) -> Self {
        value.try_into().unwrap_or(Self::MAX)
    }

    fn square_root(&self) -> Self {
        self.isqrt()
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
    /// Returns the template's name; `None` for wiring and parameters.
    pub fn template(&self, is_fixed: bool) -> Option<&'static str> {
        Some(match self {
            Self::Dense(_) if is_fixed => "DenseFixed",
            Self::Dense(_) => "Dense",
            Self::Conv2D { .. } if is_fixed => "Conv2DFixed",
            Self::Conv2D { tile: Some(_), .. } => "Conv2DTiled",
            Self::Conv2D { .. } => "Conv2D",
            Self::SumPool2D(_) => "SumPool2D",
            Self::MaxPool2D { .. } => "MaxPool2D",
            Self::ReduceSum(_) => "ReduceSum",
            Self::ReduceMax { .. } => "ReduceMax",
            Self::ArgMax { .. } => "ArgMax",
            Self::Relu { .. } => "Relu",
            Self::ReluRescale { .. } => "ReluRescale",
            Self::Rescale { .. } => "Rescale",
            Self::Clamp { .. } => "Clamp",
            Self::IsNonNegative { .. } => "IsNonNegative",
            Self::IsZero => "IsZero",
            Self::FloorDivide { .. } => "FloorDivide",
            Self::OneHot { .. } => "OneHot",
            Self::Reciprocal { .. } => "Reciprocal",
            Self::SquareRoot { .. } => "SquareRoot",
            Self::PiecewiseLinear(_) => "PiecewiseLinear",
            Self::Sum { .. } => "Sum",
            Self::Mul => "Mul",
            Self::MatMul(_) => "MatMul",
            Self::Range { .. } => "Range",
            Self::Parameter(_) | Self::Wiring { .. } => return None,
        })
    }

    /// Returns whether the template works on one element of each input at a time.
    pub fn is_elementwise(&self) -> bool {
        matches!(
            self,
            Self::Relu { .. }
                | Self::ReluRescale { .. }
                | Self::Rescale { .. }
                | Self::Clamp { .. }
                | Self::IsNonNegative { .. }
                | Self::IsZero
                | Self::FloorDivide { .. }
                | Self::Reciprocal { .. }
                | Self::SquareRoot { .. }
                | Self::PiecewiseLinear(_)
                | Self::Sum { .. }
                | Self::Mul
                | Self::Range { .. }
        )
    }

    /// Returns the parameters of a linear layer.
    pub fn parameters(&self) -> Option<&Parameters> {
        match self {
            Self::Dense(parameters) | Self::Conv2D { parameters, .. } => Some(parameters),
            _ => None,
        }
    }

    /// Returns the tensors of its parameters: weights and bias, or the parameters themselves.
    pub(crate) fn tensors(&self) -> Vec<&[BigInt]> {
        match self {
            Self::Parameter(values) => vec![values],
            kernel => kernel.parameters().map_or_else(Vec::new, |Parameters { weights, bias }| {
                vec![weights.as_slice(), bias.as_slice()]
            }),
        }
    }

    /// Returns the widest number of bits that the kernel takes apart.
    pub(crate) fn bits_taken_apart(&self) -> u64 {
        match self {
            Self::MaxPool2D { n, .. }
            | Self::ReduceMax { n, .. }
            | Self::ArgMax { n, .. }
            | Self::Relu { n }
            | Self::ReluRescale { n, .. }
            | Self::Rescale { n, .. }
            | Self::Clamp { n, .. }
            | Self::FloorDivide { n, .. }
            | Self::IsNonNegative { n } => *n,
            Self::Reciprocal { n, m, .. } => n + m,
            Self::SquareRoot { n, .. } => 2 * n,
            Self::PiecewiseLinear(table) => table.n,
            _ => 0,
        }
    }

    /// Returns the bits of the largest constant that the kernel multiplies or divides by.
    pub(crate) fn bits_of_constants(&self) -> u64 {
        let most = |values: &[BigInt]| values.iter().map(BigInt::bits).max().unwrap_or(0);
        match self {
            Self::Dense(parameters) | Self::Conv2D { parameters, .. } => {
                most(&parameters.weights).max(most(&parameters.bias))
            }
            Self::Parameter(values) => most(values),
            Self::Reciprocal { numerator, .. } => numerator.bits(),
            Self::FloorDivide { divisor, .. } => divisor.bits(),
            Self::SquareRoot { factor, .. } => factor.bits(),
            Self::PiecewiseLinear(table) => most(&table.values).max(most(&table.slopes)),
            Self::Sum { factors, constant } => most(factors).max(constant.bits()),
            _ => 0,
        }
    }
}

/// Returns the bits of the quotient, a signed integer, of a signed integer of n bits.
pub(crate) fn quotient_bits(n: u64, divisor: &BigInt) -> u64 {
    let (most, divisor) = (eval::power(n - 1), divisor.clone());
    // The least w with 2^(w-1) * divisor >= 2^(n-1).
    let quotient: BigInt = (most + &divisor - 1u32) / divisor;
    (quotient - 1u32).bits() + 1
}

/// Returns the least n with `value` in [-2^(n-1), 2^(n-1)).
pub(crate) fn signed_bits(value: &BigInt) -> u64 {
    let positive = if value < &BigInt::zero() { -value - 1 } else { value.clone() };
    positive.bits() + 1
}
