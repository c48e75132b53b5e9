//! Linear models of `ai.onnx.ml`: `LinearRegressor`, `LinearClassifier`, `Normalizer`, and what classifiers end in.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_LinearClassifier.html> and its neighbours.

use std::collections::BTreeSet;

use super::reduce::{Rows, max_over, power_norm, sum_over};
use super::wiring::joined;
use super::{Function, Gemm, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::onnx::Attribute;

/// Adds the scores of a linear model.
fn scores(node: &mut Lowering<'_>) -> Result<EdgeId> {
    let weights = node.attributes.floats("coefficients")?.unwrap_or_default();
    let edge = node.edge(0)?;
    let inputs = node.shape(edge).last().copied().unwrap_or(0);
    if inputs == 0 || weights.is_empty() || weights.len() % inputs != 0 {
        let reason =
            format!("`coefficients` has {} values, which does not fit {inputs} inputs", weights.len());
        return Err(node.fail(&reason));
    }
    let units = weights.len() / inputs;
    let bias = node.attributes.floats("intercepts")?.unwrap_or_else(|| vec![0.0; units]);
    if bias.len() != units {
        return Err(node.fail(&format!("`intercepts` has {} values, expected {units}", bias.len())));
    }
    node.add(Op::Gemm(Gemm { weights, bias, inputs }), &[edge])
}

pub(crate) fn regressor(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let scores = scores(node)?;
    Ok(vec![transformed(node, scores)?])
}

pub(crate) fn classifier(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let scores = scores(node)?;
    classes(node, scores)
}

/// Adds what `post_transform` makes of scores.
pub(crate) fn transformed(node: &mut Lowering<'_>, scores: EdgeId) -> Result<EdgeId> {
    let transform = node.attributes.text("post_transform")?.unwrap_or("NONE");
    transformed_by(node, scores, transform)
}

/// Adds what a transformation makes of scores.
pub(crate) fn transformed_by(node: &mut Lowering<'_>, scores: EdgeId, transform: &str) -> Result<EdgeId> {
    match transform {
        "NONE" => Ok(scores),
        "LOGISTIC" => node.add(Op::Function(Function::Sigmoid), &[scores]),
        "SOFTMAX" => {
            let shape = node.shape(scores).to_vec();
            let last = shape.len() - 1;
            let rows = Rows { shape: shape.clone(), ..Rows::over(&shape, last, last + 1, true) };
            super::softmax::expanded(node, scores, &rows)
        }
        other => Err(node.attributes.unsupported("post_transform", other, "NONE, LOGISTIC or SOFTMAX")),
    }
}

/// Adds label and scores of a classifier. Labels that are strings are given by their positions.
pub(crate) fn classes(node: &mut Lowering<'_>, scores: EdgeId) -> Result<Vec<EdgeId>> {
    let mut scores = scores;
    let is_binary = node.shape(scores).last() == Some(&1);
    let transform = node.attributes.text("post_transform")?.unwrap_or("NONE");
    let at = if is_binary {
        // One score for two classes, of which the second one's is above zero.
        if transform == "SOFTMAX" {
            return Err(node.attributes.unsupported(
                "post_transform",
                transform,
                "NONE or LOGISTIC for one score",
            ));
        }
        let at = super::tree::above(node, scores, 0.0)?;
        let positive = transformed(node, scores)?;
        let other = node.sum(&[(-1.0, positive)], 1.0)?;
        let axis = node.shape(scores).len() - 1;
        scores = joined(node, &[other, positive], axis)?;
        at
    } else {
        let shape = node.shape(scores).to_vec();
        let last = shape.len() - 1;
        let at = node.add(Op::ArgMax(Rows::over(&shape, last, last + 1, false)), &[scores])?;
        scores = transformed(node, scores)?;
        at
    };
    let classes = node.shape(scores).last().copied().unwrap_or(0);
    Ok(vec![labelled(node, at, classes)?, scores])
}

/// Adds the label at a position among the classes; labels that are strings are given by their positions.
pub(crate) fn labelled(node: &mut Lowering<'_>, at: EdgeId, classes: usize) -> Result<EdgeId> {
    let misfit = |count: usize| format!("{count} different labels do not fit {classes} classes");
    let labels =
        ["classlabels_int64s", "classlabels_ints"].iter().find_map(|name| match node.attributes.get(name) {
            Some(Attribute::Ints(labels)) if !labels.is_empty() => Some(labels.clone()),
            _ => None,
        });
    if let Some(labels) = labels {
        if labels.len() != classes {
            return Err(node.fail(&misfit(labels.len())));
        }
        #[expect(clippy::cast_precision_loss, reason = "labels are small")]
        let labels: Vec<f64> = labels.iter().map(|label| *label as f64).collect();
        return super::category::looked_up(node, at, &labels);
    }
    let label = node.add(Op::Identity, &[at])?;
    if let Some(Attribute::Texts(names)) = node.attributes.get("classlabels_strings") {
        let count = names.iter().collect::<BTreeSet<_>>().len();
        if count != classes || names.len() != classes {
            return Err(node.fail(&misfit(count)));
        }
        node.graph.edges[label.0].labels = Some(names.clone());
    }
    Ok(label)
}

/// Adds |edge| as a sum of what is not below zero.
fn magnitude_of(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    let negated = node.sum(&[(-1.0, edge)], 0.0)?;
    let (above, below) = (node.relu(edge)?, node.relu(negated)?);
    node.sum(&[(1.0, above), (1.0, below)], 0.0)
}

/// `Normalizer`: each row over its largest value, its sum of magnitudes, or its length.
pub(crate) fn normalizer(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let last = node.shape(edge).len().saturating_sub(1);
    let kind = node.attributes.text("norm")?.unwrap_or("MAX");
    let (norm, edge) = match kind {
        "MAX" => {
            let largest = max_over(node, edge, &[last], true)?;
            let magnitude = magnitude_of(node, largest)?;
            // A division by what is below zero changes the sign.
            let below = node.sum(&[(-1.0, largest)], 0.0)?;
            let below = node.add(Op::IsNonNegative, &[below])?;
            let sign = node.sum(&[(-2.0, below)], 1.0)?;
            (magnitude, node.mul(edge, sign)?)
        }
        // Rectified twice and not from one of them, so that the sum is known not to be below zero.
        "L1" => {
            let magnitudes = magnitude_of(node, edge)?;
            (sum_over(node, magnitudes, &[last], true)?, edge)
        }
        "L2" => (power_norm(node, edge, &[last], true, 2)?, edge),
        other => return Err(node.attributes.unsupported("norm", other, "MAX, L1 or L2")),
    };
    // A row of zeros stays one.
    let is_zero = node.add(Op::IsZero, &[norm])?;
    let norm = node.sum(&[(1.0, norm), (1.0, is_zero)], 0.0)?;
    let norm = node.add(Op::AboveZero, &[norm])?;
    let inverse = node.add(Op::Reciprocal, &[norm])?;
    Ok(vec![node.mul(edge, inverse)?])
}
