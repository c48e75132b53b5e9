//! The operators that can be proven: how each is read, shaped and computed in real numbers.

pub mod affine;
pub mod conv;
pub mod gemm;
pub mod pool;
pub mod wiring;

use ndarray::ArrayD;

use crate::error::{Error, Result};
use crate::onnx::{Attribute, ModelNode};
use crate::tensor::{Constant, array};

pub use affine::Affine;
pub use conv::Conv;
pub use gemm::Gemm;
pub use pool::{AveragePool, MaxPool, Window};

/// An operator with the constants it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// `Conv` in two dimensions.
    Conv(Conv),
    /// `Gemm`, and `MatMul` by a constant.
    Gemm(Gemm),
    /// `BatchNormalization`, and `Mul` and `Add` by constants: one factor and one offset per element of an axis.
    Affine(Affine),
    /// `Add` of two edges of one shape.
    Add,
    /// `Mul` of two edges of one shape.
    Mul,
    /// `Relu`.
    Relu,
    /// `MaxPool`.
    MaxPool(MaxPool),
    /// `AveragePool` and `GlobalAveragePool`.
    AveragePool(AveragePool),
    /// `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze`: the elements in the same order.
    Reshape(Vec<usize>),
    /// `Transpose`, by the permutation of the axes.
    Transpose(Vec<usize>),
    /// `Softmax` over the last axis.
    Softmax,
    /// `Identity` and `Dropout`.
    Identity,
}

/// An input of a node under construction.
#[derive(Clone, Debug)]
pub enum Argument {
    /// It depends on the model's input and has this shape.
    Edge(Vec<usize>),
    /// It is known.
    Constant(Constant),
    /// It is optional and left out.
    Absent,
}

/// A row of the table of operators.
#[derive(Clone, Copy, Debug)]
pub struct OperatorRow {
    /// Its name in ONNX.
    pub name: &'static str,
    /// What of it is supported.
    pub notes: &'static str,
}

/// The operators that are supported on values that depend on the input.
pub const OPERATORS: &[OperatorRow] = &[
    OperatorRow { name: "Add", notes: "two tensors of one shape, or a constant per channel" },
    OperatorRow { name: "AveragePool", notes: "2-D; padding only with count_include_pad = 1" },
    OperatorRow { name: "BatchNormalization", notes: "inference" },
    OperatorRow { name: "Conv", notes: "2-D; strides, pads, auto_pad, dilations, groups" },
    OperatorRow { name: "Dropout", notes: "inference: does nothing" },
    OperatorRow { name: "Flatten", notes: "" },
    OperatorRow { name: "Gemm", notes: "constant B and C" },
    OperatorRow { name: "GlobalAveragePool", notes: "2-D" },
    OperatorRow { name: "Identity", notes: "" },
    OperatorRow { name: "MatMul", notes: "by a constant matrix" },
    OperatorRow { name: "MaxPool", notes: "2-D; strides, pads, auto_pad" },
    OperatorRow { name: "Mul", notes: "two tensors of one shape, or a constant per channel" },
    OperatorRow { name: "Relu", notes: "" },
    OperatorRow { name: "Reshape", notes: "constant shape" },
    OperatorRow {
        name: "Softmax",
        notes: "as the last operator: proven as the class, or with --raw as the logits",
    },
    OperatorRow { name: "Squeeze", notes: "" },
    OperatorRow { name: "Sub", notes: "a constant per channel" },
    OperatorRow { name: "Transpose", notes: "" },
    OperatorRow { name: "Unsqueeze", notes: "" },
];

/// Operators that are computed when their inputs are constants, or only shapes.
pub const FOLDED: &str =
    "Cast, Concat, Constant, ConstantOfShape, Div, Gather, Shape, Slice: on constants and shapes only";

/// Reads a node.
///
/// # Errors
/// When the operator, an attribute or an input is not supported.
pub(crate) fn parse(node: &ModelNode, arguments: &[Argument], opset: i64) -> Result<Op> {
    let attributes = Attributes::new(node);
    let shape = match arguments.first() {
        Some(Argument::Edge(shape)) => shape.clone(),
        _ if matches!(node.operator.as_str(), "Add" | "Mul" | "Sub") => Vec::new(),
        _ => {
            return Err(
                attributes.fail("its first input is a constant, expected a value that depends on the input")
            );
        }
    };
    match node.operator.as_str() {
        "Conv" => conv::parse(&attributes, &shape, arguments).map(Op::Conv),
        "Gemm" => gemm::parse_gemm(&attributes, &shape, arguments).map(Op::Gemm),
        "MatMul" => gemm::parse_mat_mul(&attributes, &shape, arguments).map(Op::Gemm),
        "BatchNormalization" => {
            affine::parse_batch_normalization(&attributes, &shape, arguments).map(Op::Affine)
        }
        "Add" | "Mul" | "Sub" => affine::parse_elementwise(&attributes, arguments),
        "Relu" => Ok(Op::Relu),
        "MaxPool" => pool::parse_max(&attributes, &shape).map(Op::MaxPool),
        "AveragePool" => pool::parse_average(&attributes, &shape).map(Op::AveragePool),
        "GlobalAveragePool" => pool::parse_global(&attributes, &shape).map(Op::AveragePool),
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => {
            wiring::parse_reshape(&attributes, &shape, arguments).map(Op::Reshape)
        }
        "Transpose" => wiring::parse_transpose(&attributes, &shape).map(Op::Transpose),
        "Softmax" => {
            let last = i64::try_from(shape.len()).unwrap_or(i64::MAX) - 1;
            let axis = attributes.int("axis", if opset < 13 { 1 } else { -1 })?;
            if axis == -1 || axis == last {
                Ok(Op::Softmax)
            } else {
                Err(attributes.unsupported("axis", axis, "the last one"))
            }
        }
        "Identity" => Ok(Op::Identity),
        "Dropout" => match arguments.get(2) {
            None | Some(Argument::Absent) => Ok(Op::Identity),
            Some(Argument::Constant(training)) if training.to_float().iter().all(|value| *value == 0.0) => {
                Ok(Op::Identity)
            }
            Some(_) => Err(attributes.fail("its input `training_mode` is not supported, expected false")),
        },
        _ => {
            let names: Vec<&str> = OPERATORS.iter().map(|row| row.name).collect();
            Err(attributes.fail(&format!(
                "is not supported on values that depend on the input; supported are {}",
                names.join(", ")
            )))
        }
    }
}

impl Op {
    /// Returns the operator's name in ONNX.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv(_) => "Conv",
            Self::Gemm(_) => "Gemm",
            Self::Affine(_) => "BatchNormalization",
            Self::Add => "Add",
            Self::Mul => "Mul",
            Self::Relu => "Relu",
            Self::MaxPool(_) => "MaxPool",
            Self::AveragePool(_) => "AveragePool",
            Self::Reshape(_) => "Reshape",
            Self::Transpose(_) => "Transpose",
            Self::Softmax => "Softmax",
            Self::Identity => "Identity",
        }
    }

    /// Returns the shape of the output; `Err` says what does not fit.
    pub(crate) fn output_shape(&self, inputs: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let Some(&first) = inputs.first() else {
            return Err("has no input that depends on the model's input".to_owned());
        };
        match self {
            Self::Conv(conv) => conv.output_shape(first),
            Self::Gemm(gemm) => gemm.output_shape(first),
            Self::MaxPool(pool) => pool.window.output_shape(first),
            Self::AveragePool(pool) => pool.window.output_shape(first),
            Self::Affine(_) | Self::Relu | Self::Softmax | Self::Identity => Ok(first.to_vec()),
            Self::Add | Self::Mul => match inputs {
                [left, right] if left == right => Ok(left.to_vec()),
                _ => Err(format!("shapes {inputs:?} differ, expected the same")),
            },
            Self::Reshape(shape) => Ok(shape.clone()),
            Self::Transpose(axes) => Ok(axes.iter().map(|axis| first[*axis]).collect()),
        }
    }

    /// Computes the operator in real numbers; `shape` is the output's.
    pub(crate) fn eval(&self, inputs: &[&ArrayD<f64>], shape: &[usize]) -> ArrayD<f64> {
        let first = inputs[0];
        let flat = |values: Vec<f64>| array(shape, values).expect("an operator fills its output's shape");
        match self {
            Self::Conv(conv) => flat(conv.eval(first)),
            Self::Gemm(gemm) => flat(gemm.eval(first)),
            Self::Affine(affine) => flat(affine.eval(first)),
            Self::Add => first + inputs[1],
            Self::Mul => first * inputs[1],
            Self::Relu => first.mapv(|value| value.max(0.0)),
            Self::MaxPool(pool) => flat(pool.eval(first)),
            Self::AveragePool(pool) => flat(pool.eval(first)),
            Self::Reshape(_) => flat(first.iter().copied().collect()),
            Self::Transpose(axes) => {
                first.view().permuted_axes(axes.clone()).as_standard_layout().into_owned()
            }
            Self::Softmax => flat(softmax(first)),
            Self::Identity => first.clone(),
        }
    }
}

fn softmax(input: &ArrayD<f64>) -> Vec<f64> {
    let length = input.shape().last().copied().unwrap_or(1).max(1);
    let values: Vec<f64> = input.iter().copied().collect();
    let mut result = Vec::with_capacity(values.len());
    for row in values.chunks(length) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = row.iter().map(|value| (value - largest).exp()).collect();
        let sum: f64 = powers.iter().sum();
        result.extend(powers.into_iter().map(|power| power / sum));
    }
    result
}

/// Returns an axis counted from the front; a negative one counts from the back.
pub(crate) fn axis_of(axis: i64, rank: usize) -> Option<usize> {
    let signed = i64::try_from(rank).ok()?;
    let axis = if axis < 0 { axis.checked_add(signed)? } else { axis };
    usize::try_from(axis).ok().filter(|axis| *axis < rank)
}

/// The attributes of a node, with errors that name it.
pub(crate) struct Attributes<'n> {
    node: &'n ModelNode,
}

impl<'n> Attributes<'n> {
    pub(crate) fn new(node: &'n ModelNode) -> Self {
        Self { node }
    }

    pub(crate) fn operator(&self) -> &str {
        &self.node.operator
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Attribute> {
        self.node.attributes.get(name)
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> Result<i64> {
        match self.get(name) {
            None => Ok(default),
            Some(Attribute::Int(value)) => Ok(*value),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "an integer")),
        }
    }

    pub(crate) fn float(&self, name: &str, default: f64) -> Result<f64> {
        match self.get(name) {
            None => Ok(default),
            Some(Attribute::Float(value)) if value.is_finite() => Ok(*value),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "a finite number")),
        }
    }

    pub(crate) fn ints(&self, name: &str) -> Result<Option<Vec<i64>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Attribute::Ints(values)) => Ok(Some(values.clone())),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "a list of integers")),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Attribute::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "a string")),
        }
    }

    /// Returns a list of `count` lengths, or `default` when it is left out.
    pub(crate) fn lengths(
        &self,
        name: &str,
        count: usize,
        least: usize,
        default: usize,
    ) -> Result<Vec<usize>> {
        let Some(values) = self.ints(name)? else {
            return Ok(vec![default; count]);
        };
        let lengths: Option<Vec<usize>> = values.iter().map(|value| usize::try_from(*value).ok()).collect();
        // Larger ones than any tensor are mistakes, and would overflow later.
        let fits = |length: &usize| (least..=1 << 20).contains(length);
        match lengths.filter(|lengths| lengths.len() == count && lengths.iter().all(fits)) {
            Some(lengths) => Ok(lengths),
            None => Err(self.unsupported(
                name,
                format!("{values:?}"),
                &format!("{count} integers of at least {least}"),
            )),
        }
    }

    pub(crate) fn fail(&self, reason: &str) -> Error {
        Error::node(&self.node.name, &self.node.operator, reason)
    }

    pub(crate) fn unsupported(&self, name: &str, found: impl std::fmt::Display, expected: &str) -> Error {
        self.fail(&format!("`{name}` {found} is not supported, expected {expected}"))
    }

    /// Returns a constant input as real numbers.
    pub(crate) fn constant(
        &self,
        arguments: &[Argument],
        position: usize,
        name: &str,
    ) -> Result<ArrayD<f64>> {
        match arguments.get(position) {
            Some(Argument::Constant(constant)) => Ok(constant.to_float()),
            _ => Err(self.fail(&format!("its input `{name}` is not a constant, which is not supported"))),
        }
    }
}
