//! A factor and an offset for each element of some neighbouring axes: `BatchNormalization`, and arithmetic with constants.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__BatchNormalization.html>.

use ndarray::ArrayD;

use super::{Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::flat;

/// `factor * x + offset`, of an input seen as `[outer, count, inner]`, with one factor and one offset for each of `count`.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// Elements of the axes behind.
    pub inner: usize,
    /// Elements of the axes.
    pub count: usize,
    /// One each; ones when left out.
    pub factor: Option<Vec<f64>>,
    /// One each; zeros when left out.
    pub offset: Option<Vec<f64>>,
}

impl Affine {
    /// Returns the operation with constants that broadcast to the input's shape, along as few axes as they vary.
    pub(crate) fn of(shape: &[usize], factor: Option<&ArrayD<f64>>, offset: Option<&ArrayD<f64>>) -> Self {
        // The constants vary along axes first..=last of the shape.
        let varying = |values: &ArrayD<f64>| {
            let lead = shape.len() - values.ndim().min(shape.len());
            let axes: Vec<usize> =
                (0..values.ndim()).filter(|axis| values.shape()[*axis] > 1).map(|axis| axis + lead).collect();
            Some((*axes.first()?, *axes.last()?))
        };
        let ends: Vec<(usize, usize)> = [factor, offset].into_iter().flatten().filter_map(varying).collect();
        let first = ends.iter().map(|(first, _)| *first).min().unwrap_or(0);
        let end = ends.iter().map(|(_, last)| last + 1).max().unwrap_or(0);
        let axes = &shape[first..end];
        let values = |values: &ArrayD<f64>| {
            let lead = shape.len() - values.ndim().min(shape.len());
            let rest = values.clone().into_shape_with_order(
                values
                    .shape()
                    .iter()
                    .enumerate()
                    .filter(|(axis, _)| (first..end).contains(&(axis + lead)))
                    .map(|(_, length)| *length)
                    .collect::<Vec<_>>(),
            );
            rest.ok()?.broadcast(axes.to_vec()).map(|values| values.iter().copied().collect::<Vec<f64>>())
        };
        Self {
            inner: shape[end..].iter().product(),
            count: axes.iter().product(),
            factor: factor.and_then(values),
            offset: offset.and_then(values),
        }
    }

    /// Returns the operator's name in ONNX.
    pub(crate) fn name(&self) -> &'static str {
        match (&self.factor, &self.offset) {
            (Some(_), Some(_)) => "BatchNormalization",
            (None, _) => "Add",
            (Some(_), None) => "Mul",
        }
    }

    /// Returns which of the constants an element takes.
    pub(crate) fn index(&self, position: usize) -> usize {
        position / self.inner.max(1) % self.count.max(1)
    }

    pub(crate) fn eval(&self, input: &ArrayD<f64>) -> Vec<f64> {
        let of = |values: &Option<Vec<f64>>, position: usize, default: f64| {
            values.as_ref().map_or(default, |values| values[self.index(position)])
        };
        let values = flat(input).into_iter().enumerate();
        values
            .map(|(position, value)| {
                of(&self.factor, position, 1.0) * value + of(&self.offset, position, 0.0)
            })
            .collect()
    }
}

pub(crate) fn batch_normalization(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    if node.attributes.int("training_mode", 0)? != 0 {
        return super::normalization::batch(node);
    }
    if node.attributes.int("spatial", 1)? != 1 {
        return Err(node.attributes.unsupported("spatial", 0, "1"));
    }
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let epsilon = node.attributes.float("epsilon", 1e-5)?;
    let channels = shape.get(1).copied().unwrap_or(0);
    let mut parameters = Vec::new();
    for (position, name) in ["scale", "B", "input_mean", "input_var"].into_iter().enumerate() {
        let values = flat(&node.constant(position + 1, name)?);
        if values.len() != channels {
            return Err(node.fail(&format!("`{name}` has {} values, expected {channels}", values.len())));
        }
        parameters.push(values);
    }
    let [scale, bias, mean, variance] = [&parameters[0], &parameters[1], &parameters[2], &parameters[3]];
    if variance.iter().any(|value| value + epsilon <= 0.0) {
        return Err(node.fail("`input_var` has a value that is not positive"));
    }
    let factor: Vec<f64> =
        scale.iter().zip(variance).map(|(scale, value)| scale / (value + epsilon).sqrt()).collect();
    let offset =
        bias.iter().zip(mean).zip(&factor).map(|((bias, mean), factor)| bias - mean * factor).collect();
    let affine = Affine {
        inner: shape[2..].iter().product(),
        count: channels,
        factor: Some(factor),
        offset: Some(offset),
    };
    Ok(vec![node.add(Op::Affine(affine), &[edge])?])
}
