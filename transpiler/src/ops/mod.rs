//! The operators of a graph: what everything that can be proven is made of, in real numbers.
//!
//! ONNX operators are read into these by [`table`]; most become several.

pub mod activation;
pub mod affine;
pub mod arrange;
pub mod attention;
pub mod category;
pub mod compare;
pub mod contrib;
pub mod conv;
pub mod conv3d;
pub mod conv_transpose3d;
pub mod einsum;
pub mod elementwise;
pub mod features;
pub mod function;
pub mod gather;
pub mod gemm;
pub mod grid_sample;
pub mod index;
pub mod integer;
pub mod loss;
pub mod lower;
pub mod normalization;
pub mod pool;
pub mod quantized;
pub mod recurrent;
pub mod reduce;
pub mod refused;
pub mod resize;
pub mod scatter;
pub mod softmax;
pub mod svm;
pub mod table;
pub mod top_k;
pub mod tree;
pub mod tree_ensemble;
pub mod vector;
pub mod wiring;

use ndarray::ArrayD;

use crate::tensor::{array, elements, flat};

pub use affine::Affine;
pub use conv::Conv;
pub use function::Function;
pub use gemm::{Gemm, MatMul};
pub use integer::Range;
pub use pool::{AveragePool, MaxPool, Window};
pub use reduce::Rows;
pub use table::{FOLDED, OPERATORS, OperatorRow};
pub use wiring::{Source, Wire};

pub(crate) use lower::{Argument, Attributes, Lowering, axis_of};

/// An operator with the constants it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A convolution in two dimensions.
    Conv(Conv),
    /// The rows of the input by a constant matrix.
    Gemm(Gemm),
    /// A factor and an offset for each element of some axes.
    Affine(Affine),
    /// A constant tensor that is a parameter of the model; it has no input.
    Parameter(ArrayD<f64>),
    /// `constant + sum of coefficients[i] * input[i]`, for inputs of one shape.
    Sum {
        /// One per input.
        coefficients: Vec<f64>,
        /// Added to each element.
        constant: f64,
    },
    /// The product of two inputs of one shape.
    Mul,
    /// The product of two matrices, or of each of two stacks of them.
    MatMul(MatMul),
    /// `max(x, 0)`.
    Relu,
    /// The largest value of each window.
    MaxPool(MaxPool),
    /// The mean of each window.
    AveragePool(AveragePool),
    /// The sums along an axis.
    ReduceSum(Rows),
    /// The largest values along an axis.
    ReduceMax(Rows),
    /// The positions of the largest values along an axis, the first one on ties.
    ArgMax(Rows),
    /// A function of each element.
    Function(Function),
    /// `1 / x` of values above zero.
    Reciprocal,
    /// The square root of values that are not negative.
    Sqrt,
    /// The nearest integer, the one above at a half.
    Round,
    /// The values themselves within what signed integers of some bits hold, else the nearest of those.
    Saturate {
        /// The bits, 2 to 32.
        bits: u64,
    },
    /// 1 where a value is not negative, else 0.
    IsNonNegative,
    /// 1 where a value is zero, else 0.
    IsZero,
    /// The largest integer that is not above a value over a divisor.
    Floor {
        /// Above zero.
        divisor: f64,
    },
    /// The largest integer that is not above the quotient of a value that is not negative and one above zero; both are integers.
    Quotient,
    /// Integers as a type of some bits holds them: what does not fit wraps around.
    Wrap(Range),
    /// The values themselves; others than in a range are not proven.
    Within(Range),
    /// The values themselves; zero and less are not proven.
    Positive,
    /// Bits that mark the places of indices along an axis of this length; others than its places, counted from the front or from
    /// the end, are not proven.
    OneHot(usize),
    /// The values themselves, which are known to lie in a range whatever the model's inputs are.
    Bounded {
        /// No value is less.
        low: f64,
        /// No value is larger.
        high: f64,
    },
    /// The values themselves, which are above zero where their range is not below it, as x + 1 where x is zero.
    AboveZero,
    /// The elements in the same order, in another shape.
    Reshape(Vec<usize>),
    /// The permutation of the axes.
    Transpose(Vec<usize>),
    /// Elements of the inputs and constants in any order.
    Wire(Wire),
    /// `Softmax` or `LogSoftmax` of all values, at the end of a classifier: it is left out.
    Softmax {
        /// Whether the logarithm is taken.
        is_log: bool,
    },
    /// The value itself.
    Identity,
}

impl Op {
    /// Returns the operator's name in ONNX.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv(_) => "Conv",
            Self::Gemm(_) => "Gemm",
            Self::Affine(affine) => affine.name(),
            Self::Parameter(_) => "Constant",
            Self::Sum { .. } => "Sum",
            Self::Mul => "Mul",
            Self::MatMul(_) => "MatMul",
            Self::Relu => "Relu",
            Self::MaxPool(_) => "MaxPool",
            Self::AveragePool(_) => "AveragePool",
            Self::ReduceSum(_) => "ReduceSum",
            Self::ReduceMax(_) => "ReduceMax",
            Self::ArgMax(_) => "ArgMax",
            Self::Function(function) => function.name(),
            Self::Reciprocal => "Reciprocal",
            Self::Sqrt => "Sqrt",
            Self::Round => "Round",
            Self::Saturate { .. } => "Clip",
            Self::Floor { .. } => "Floor",
            Self::Quotient => "Div",
            Self::Wrap(_) => "Mod",
            Self::Within(_) | Self::Positive => "Range",
            Self::OneHot(_) => "OneHot",
            Self::IsNonNegative => "GreaterOrEqual",
            Self::IsZero => "Equal",
            Self::Reshape(_) => "Reshape",
            Self::Transpose(_) => "Transpose",
            Self::Wire(_) => "Gather",
            Self::Softmax { is_log: true } => "LogSoftmax",
            Self::Softmax { is_log: false } => "Softmax",
            Self::Bounded { .. } | Self::AboveZero | Self::Identity => "Identity",
        }
    }

    /// Returns the shape of the output; `Err` says what does not fit.
    pub(crate) fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        match self {
            Self::Parameter(values) => return Ok(values.shape().to_vec()),
            Self::Wire(wire) => return Ok(wire.shape.clone()),
            _ => {}
        }
        let Some(&first) = inputs.first() else {
            return Err("has no input that depends on the model's input".to_owned());
        };
        match self {
            Self::Conv(conv) => conv.output_shape(first),
            Self::Gemm(gemm) => gemm.output_shape(first),
            Self::MatMul(product) => Ok(product.shape.clone()),
            Self::MaxPool(pool) => pool.window.output_shape(first),
            Self::AveragePool(pool) => pool.window.output_shape(first),
            Self::ReduceSum(rows) | Self::ReduceMax(rows) | Self::ArgMax(rows) => Ok(rows.shape.clone()),
            Self::Mul | Self::Quotient | Self::Sum { .. } if inputs.iter().any(|shape| *shape != first) => {
                Err(format!("shapes {inputs:?} differ, expected the same"))
            }
            Self::Reshape(shape) if elements(shape) != elements(first) => {
                Err(format!("shape {first:?} does not become {shape:?}"))
            }
            Self::Reshape(shape) => Ok(shape.clone()),
            Self::OneHot(size) => Ok([first, &[*size]].concat()),
            Self::Transpose(axes) => Ok(axes.iter().map(|axis| first[*axis]).collect()),
            _ => Ok(first.to_vec()),
        }
    }

    /// Computes the operator in real numbers; `shape` is the output's.
    pub(crate) fn eval(&self, inputs: &[&ArrayD<f64>], shape: &[usize]) -> ArrayD<f64> {
        let filled = |values: Vec<f64>| array(shape, values).expect("an operator fills its output's shape");
        match self {
            Self::Parameter(values) => return values.clone(),
            Self::Wire(wire) => return filled(wire.eval(inputs)),
            _ => {}
        }
        let first = inputs[0];
        match self {
            Self::Conv(conv) => filled(conv.eval(first)),
            Self::Gemm(gemm) => filled(gemm.eval(first)),
            Self::Affine(affine) => filled(affine.eval(first)),
            Self::Sum { coefficients, constant } => {
                let mut sum = ArrayD::from_elem(shape.to_vec(), *constant);
                for (input, coefficient) in inputs.iter().zip(coefficients) {
                    sum.zip_mut_with(input, |sum, value| *sum += coefficient * value);
                }
                sum
            }
            Self::Mul => first * inputs[1],
            Self::MatMul(product) => filled(product.eval(&flat(first), &flat(inputs[1]))),
            Self::Relu => first.mapv(|value| value.max(0.0)),
            Self::MaxPool(pool) => filled(pool.eval(first)),
            Self::AveragePool(pool) => filled(pool.eval(first)),
            Self::ReduceSum(rows) => filled(rows.fold(&flat(first), |left, right| left + right)),
            Self::ReduceMax(rows) => filled(rows.fold(&flat(first), f64::max)),
            #[expect(clippy::cast_precision_loss, reason = "positions are far below 2^52")]
            Self::ArgMax(rows) => filled(rows.arg_max(&flat(first)).iter().map(|at| *at as f64).collect()),
            Self::Function(function) => first.mapv(|value| function.real(value)),
            Self::Reciprocal => first.mapv(f64::recip),
            Self::Sqrt => first.mapv(f64::sqrt),
            Self::Round => first.mapv(|value| (value + 0.5).floor()),
            Self::Saturate { bits } => {
                let limit = f64::from(1u32 << (bits - 1).min(31));
                first.mapv(|value| value.clamp(-limit, limit - 1.0))
            }
            Self::IsNonNegative => first.mapv(|value| f64::from(value >= 0.0)),
            Self::IsZero => first.mapv(|value| f64::from(value == 0.0)),
            Self::Floor { divisor } => first.mapv(|value| (value / divisor).floor()),
            Self::Quotient => {
                let quotients = first.iter().zip(inputs[1]).map(|(left, right)| (left / right).floor());
                filled(quotients.collect())
            }
            Self::Wrap(range) => first.mapv(|value| range.wrapped(value)),
            Self::OneHot(size) => filled(index::one_hot_bits(&flat(first), *size)),
            Self::Softmax { is_log } => filled(softmax::eval(&flat(first), *is_log)),
            Self::Transpose(axes) => {
                first.view().permuted_axes(axes.clone()).as_standard_layout().into_owned()
            }
            _ => filled(flat(first)),
        }
    }

    /// Returns whether the values are integers whatever the inputs are.
    pub(crate) fn is_integer(&self) -> bool {
        matches!(
            self,
            Self::ArgMax(_)
                | Self::IsNonNegative
                | Self::IsZero
                | Self::Round
                | Self::Floor { .. }
                | Self::Quotient
                | Self::OneHot(_)
        )
    }
}
