//! `Softmax` and `LogSoftmax`: exponentials of the differences from the largest value, and one division by their sum.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Softmax.html>.

use super::reduce::{max_over, sum_over};
use super::{Function, Lowering, Op, Rows};
use crate::error::Result;
use crate::graph::EdgeId;

/// Returns the view that a node of the softmax family takes of its input.
pub(crate) fn rows(node: &Lowering<'_>, shape: &[usize]) -> Result<Rows> {
    let is_old = node.opset < 13;
    let axis = node.axis(node.attributes.int("axis", if is_old { 1 } else { -1 })?, shape.len())?;
    // Older operator sets flatten the axes behind.
    let end = if is_old { shape.len() } else { axis + 1 };
    Ok(Rows { shape: shape.to_vec(), ..Rows::over(shape, axis, end, true) })
}

pub(crate) fn softmax(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let rows = rows(node, &shape)?;
    let is_log = node.operator() == "LogSoftmax";
    // At the end of a classifier it keeps the order of the logits, and so the class.
    if node.is_last && rows.outputs() == 1 && matches!(shape[..], [1, classes] if classes > 1) {
        return Ok(vec![node.add(Op::Softmax { is_log }, &[edge])?]);
    }
    Ok(vec![if is_log { log_softmax(node, edge, &rows)? } else { expanded(node, edge, &rows)? }])
}

/// Computes the softmax of all values, or its logarithm.
pub(crate) fn eval(values: &[f64], is_log: bool) -> Vec<f64> {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = values.iter().map(|value| (value - largest).exp()).sum();
    let softmax = |value: &f64| {
        if is_log { value - largest - sum.ln() } else { (value - largest).exp() / sum }
    };
    values.iter().map(softmax).collect()
}

/// Adds the differences from the largest value, which are not above zero, and the exponentials' sum, which is one at
/// least.
fn shifted(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    axes: &[usize],
) -> Result<(EdgeId, EdgeId, EdgeId, EdgeId)> {
    let largest = max_over(node, edge, axes, true)?;
    let difference = node.sum(&[(1.0, edge), (-1.0, largest)], 0.0)?;
    let difference = node.add(Op::Bounded { low: f64::NEG_INFINITY, high: 0.0 }, &[difference])?;
    let powers = node.add(Op::Function(Function::Exp), &[difference])?;
    let sum = sum_over(node, powers, axes, true)?;
    // A table's error is far below one half.
    let sum = node.add(Op::Bounded { low: 0.5, high: f64::INFINITY }, &[sum])?;
    Ok((largest, difference, powers, sum))
}

/// Adds the softmax over the middle axis of a view.
pub(crate) fn expanded(node: &mut Lowering<'_>, edge: EdgeId, rows: &Rows) -> Result<EdgeId> {
    let view = node.reshape(edge, &[rows.outer, rows.length, rows.inner])?;
    let (_, _, powers, sum) = shifted(node, view, &[1])?;
    let inverse = node.add(Op::Reciprocal, &[sum])?;
    let result = node.mul(powers, inverse)?;
    node.reshape(result, &rows.shape)
}

pub(crate) fn log_softmax(node: &mut Lowering<'_>, edge: EdgeId, rows: &Rows) -> Result<EdgeId> {
    let view = node.reshape(edge, &[rows.outer, rows.length, rows.inner])?;
    let (_, difference, _, sum) = shifted(node, view, &[1])?;
    let logarithm = node.add(Op::Function(Function::Log), &[sum])?;
    let result = node.sum(&[(1.0, difference), (-1.0, logarithm)], 0.0)?;
    node.reshape(result, &rows.shape)
}

/// Adds log(sum(exp(x))) over some axes.
pub(crate) fn log_sum_exp(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    axes: &[usize],
    keep: bool,
) -> Result<EdgeId> {
    if axes.is_empty() {
        return Ok(edge);
    }
    let (largest, _, _, sum) = shifted(node, edge, axes)?;
    let logarithm = node.add(Op::Function(Function::Log), &[sum])?;
    let result = node.sum(&[(1.0, largest), (1.0, logarithm)], 0.0)?;
    let shape: Vec<usize> = node
        .shape(result)
        .iter()
        .enumerate()
        .filter(|(axis, _)| keep || !axes.contains(axis))
        .map(|(_, length)| *length)
        .collect();
    node.reshape(result, &shape)
}
