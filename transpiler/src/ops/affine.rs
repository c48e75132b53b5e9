//! `BatchNormalization`, and `Add`, `Sub` and `Mul` with a constant: a factor and an offset for each element of an axis.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__BatchNormalization.html>.

use ndarray::ArrayD;

use super::{Argument, Attributes, Op};
use crate::error::Result;
use crate::tensor::{Constant, flat};

/// `factor * x + offset` along the axis after the batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// One per element of the axis.
    pub factor: Vec<f64>,
    /// One per element of the axis.
    pub offset: Vec<f64>,
}

pub(crate) fn parse_batch_normalization(
    attributes: &Attributes<'_>,
    shape: &[usize],
    arguments: &[Argument],
) -> Result<Affine> {
    if attributes.int("training_mode", 0)? != 0 {
        return Err(attributes.unsupported("training_mode", 1, "0"));
    }
    if attributes.int("spatial", 1)? != 1 {
        return Err(attributes.unsupported("spatial", 0, "1"));
    }
    let epsilon = attributes.float("epsilon", 1e-5)?;
    let channels = shape.get(1).copied().unwrap_or(0);
    let mut parameters = Vec::new();
    for (position, name) in ["scale", "B", "input_mean", "input_var"].into_iter().enumerate() {
        let values = flat(&attributes.constant(arguments, position + 1, name)?);
        if values.len() != channels {
            return Err(
                attributes.fail(&format!("`{name}` has {} values, expected {channels}", values.len()))
            );
        }
        parameters.push(values);
    }
    let [scale, bias, mean, variance] = [&parameters[0], &parameters[1], &parameters[2], &parameters[3]];
    if variance.iter().any(|value| value + epsilon <= 0.0) {
        return Err(attributes.fail("`input_var` has a value that is not positive"));
    }
    let factor: Vec<f64> =
        scale.iter().zip(variance).map(|(scale, value)| scale / (value + epsilon).sqrt()).collect();
    let offset =
        bias.iter().zip(mean).zip(&factor).map(|((bias, mean), factor)| bias - mean * factor).collect();
    Ok(Affine { factor, offset })
}

/// Reads `Add`, `Sub` or `Mul` of two edges, or of an edge and a constant.
pub(crate) fn parse_elementwise(attributes: &Attributes<'_>, arguments: &[Argument]) -> Result<Op> {
    let operator = attributes.operator();
    match arguments {
        [Argument::Edge(_), Argument::Edge(_)] if operator == "Add" => Ok(Op::Add),
        [Argument::Edge(_), Argument::Edge(_)] if operator == "Mul" => Ok(Op::Mul),
        [Argument::Edge(shape), Argument::Constant(constant)] => {
            with_constant(attributes, shape, constant, false)
        }
        [Argument::Constant(constant), Argument::Edge(shape)] => {
            with_constant(attributes, shape, constant, true)
        }
        _ => {
            Err(attributes
                .fail("is not supported for these inputs, expected an edge and an edge or a constant"))
        }
    }
}

fn with_constant(
    attributes: &Attributes<'_>,
    shape: &[usize],
    constant: &Constant,
    constant_first: bool,
) -> Result<Op> {
    let channels = shape.get(1).copied().unwrap_or(0);
    let Some(values) = per_channel(&constant.to_float(), shape) else {
        let reason = format!(
            "a constant of shape {:?} is not supported beside shape {shape:?}, expected one value, or one per channel",
            constant.shape()
        );
        return Err(attributes.fail(&reason));
    };
    let (factor, offset) = match (attributes.operator(), constant_first) {
        ("Mul", _) => (values, vec![0.0; channels]),
        ("Sub", false) => (vec![1.0; channels], values.into_iter().map(|value| -value).collect()),
        ("Sub", true) => (vec![-1.0; channels], values),
        _ => (vec![1.0; channels], values),
    };
    Ok(Op::Affine(Affine { factor, offset }))
}

/// Returns one value per element of axis 1, if the constant varies along no other axis.
fn per_channel(constant: &ArrayD<f64>, shape: &[usize]) -> Option<Vec<f64>> {
    let channels = *shape.get(1)?;
    let broadcast = constant.broadcast(shape.to_vec())?;
    let inner: usize = shape[2..].iter().product();
    let values: Vec<f64> = broadcast.iter().copied().collect();
    let rows: Vec<&[f64]> = values.chunks(inner.max(1)).collect();
    let uniform = rows.iter().all(|row| row.iter().all(|value| value.to_bits() == row[0].to_bits()));
    (uniform && rows.len() == channels).then(|| rows.iter().map(|row| row[0]).collect())
}

impl Affine {
    pub(crate) fn eval(&self, input: &ArrayD<f64>) -> Vec<f64> {
        let inner: usize = input.shape()[2..].iter().product();
        let values = flat(input);
        let channels = self.factor.iter().zip(&self.offset);
        let rows = values.chunks(inner.max(1)).zip(channels);
        rows.flat_map(|(row, (factor, offset))| row.iter().map(move |value| factor * value + offset))
            .collect()
    }
}
