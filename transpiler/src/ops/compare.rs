//! Comparisons and logic: bits, which are ones and zeros at scale 1.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Greater.html> and its neighbours.

use super::{Lowering, Op};
use crate::error::Result;
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

/// `Where`: y + condition * (x - y).
pub(crate) fn select(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let (condition, x, y) = (node.edge(0)?, node.edge(1)?, node.edge(2)?);
    let difference = node.sum(&[(1.0, x), (-1.0, y)], 0.0)?;
    let chosen = node.mul(condition, difference)?;
    Ok(vec![node.sum(&[(1.0, y), (1.0, chosen)], 0.0)?])
}

/// `Sign`: x >= 0, less x <= 0.
pub(crate) fn sign(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let negated = node.sum(&[(-1.0, edge)], 0.0)?;
    let (least, most) = (node.add(Op::IsNonNegative, &[edge])?, node.add(Op::IsNonNegative, &[negated])?);
    Ok(vec![node.sum(&[(1.0, least), (-1.0, most)], 0.0)?])
}
