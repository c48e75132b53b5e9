//! Comparisons and logic: bits, which are ones and zeros at scale 1.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Greater.html> and its neighbours.

use ndarray::ArrayD;

use super::wiring::positions;
use super::{Argument, Lowering, Op, Source, Wire};
use crate::error::Result;
use crate::fold::broadcast;
use crate::graph::EdgeId;

/// `Equal`, `Greater`, `GreaterOrEqual`, `Less`, `LessOrEqual`.
pub(crate) fn compare(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let operator = node.operator().to_owned();
    let (left, right) = (node.edge(0)?, node.edge(1)?);
    let (left, right) = if operator.starts_with("Less") { (right, left) } else { (left, right) };
    if operator == "Equal" {
        let difference = node.sum(&[(1.0, left), (-1.0, right)], 0.0)?;
        return Ok(vec![node.add(Op::IsZero, &[difference])?]);
    }
    if operator.ends_with("OrEqual") {
        let difference = node.sum(&[(1.0, left), (-1.0, right)], 0.0)?;
        return Ok(vec![node.add(Op::IsNonNegative, &[difference])?]);
    }
    // left > right unless right >= left.
    let difference = node.sum(&[(1.0, right), (-1.0, left)], 0.0)?;
    let reverse = node.add(Op::IsNonNegative, &[difference])?;
    Ok(vec![node.sum(&[(-1.0, reverse)], 1.0)?])
}

/// Adds 1 where an edge is not zero.
pub(crate) fn truth(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    let zero = node.add(Op::IsZero, &[edge])?;
    node.sum(&[(-1.0, zero)], 1.0)
}

/// `And`, `Or`, `Xor`, `Not` of bits.
pub(crate) fn logic(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let left = node.edge(0)?;
    if node.operator() == "Not" {
        return Ok(vec![node.sum(&[(-1.0, left)], 1.0)?]);
    }
    let right = node.edge(1)?;
    let both = node.mul(left, right)?;
    let result = match node.operator() {
        "And" => both,
        "Or" => node.sum(&[(1.0, left), (1.0, right), (-1.0, both)], 0.0)?,
        _ => node.sum(&[(1.0, left), (1.0, right), (-2.0, both)], 0.0)?,
    };
    Ok(vec![result])
}

/// `Where`: y + condition * (x - y); wiring where the condition is known.
pub(crate) fn select(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    if let Some(Argument::Constant(condition)) = node.arguments.first().cloned() {
        return Ok(vec![picked(node, &condition.to_float())?]);
    }
    let (condition, x, y) = (node.edge(0)?, node.edge(1)?, node.edge(2)?);
    let difference = node.sum(&[(1.0, x), (-1.0, y)], 0.0)?;
    let chosen = node.mul(condition, difference)?;
    Ok(vec![node.sum(&[(1.0, y), (1.0, chosen)], 0.0)?])
}

/// Adds elements of the second input where a known condition holds, else of the third.
fn picked(node: &mut Lowering<'_>, condition: &ArrayD<f64>) -> Result<EdgeId> {
    let mut shape = condition.shape().to_vec();
    for position in [1, 2] {
        let other = node.shape_at(position)?;
        shape = broadcast(&shape, &other)
            .ok_or_else(|| node.fail(&format!("shapes {shape:?} and {other:?} do not fit together")))?;
    }
    let misfit = "shapes were broadcast";
    let mut inputs = Vec::new();
    let mut columns: Vec<Vec<Source>> = Vec::new();
    for position in [1, 2] {
        columns.push(match node.arguments.get(position).cloned() {
            Some(Argument::Constant(constant)) => {
                let values = constant.to_float();
                let values = values.broadcast(shape.clone()).expect(misfit);
                values.iter().map(|value| Source::Constant(*value)).collect()
            }
            _ => {
                let edge = node.edge(position)?;
                let at = inputs.len();
                inputs.push(edge);
                let from = positions(node.shape(edge));
                let from = from.broadcast(shape.clone()).expect(misfit);
                from.iter().map(|element| Source::Element(at, *element)).collect()
            }
        });
    }
    let condition = condition.broadcast(shape.clone()).expect(misfit);
    let sources = condition
        .iter()
        .zip(columns[0].iter().zip(&columns[1]))
        .map(|(condition, (yes, no))| if *condition == 0.0 { *no } else { *yes })
        .collect();
    node.add(Op::Wire(Wire { shape, sources }), &inputs)
}

/// `Sign`: x >= 0, less x <= 0.
pub(crate) fn sign(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let negated = node.sum(&[(-1.0, edge)], 0.0)?;
    let (least, most) = (node.add(Op::IsNonNegative, &[edge])?, node.add(Op::IsNonNegative, &[negated])?);
    Ok(vec![node.sum(&[(1.0, least), (-1.0, most)], 0.0)?])
}
