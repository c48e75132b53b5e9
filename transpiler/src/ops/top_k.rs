//! `TopK`: the largest values one after the other, each found among those that are left.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__TopK.html>.

use super::index::one_hot;
use super::reduce::{max_over, sum_over};
use super::wiring::joined;
use super::{Lowering, Op, Rows};
use crate::error::Result;
use crate::graph::EdgeId;

pub(crate) fn top_k(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let mut edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let axis = node.axis(node.attributes.int("axis", -1)?, shape.len())?;
    let listed = node.ints(1, "K")?.and_then(|list| list.first().copied());
    let count = match listed {
        Some(count) => count,
        None => node.attributes.int("k", 0)?,
    };
    let count = usize::try_from(count).ok().filter(|count| (1..=shape[axis]).contains(count));
    let Some(count) = count else {
        return Err(node.fail(&format!("`K` is not one of 1 to {}, the length of its axis", shape[axis])));
    };
    let is_largest = node.attributes.int("largest", 1)? != 0;
    if !is_largest {
        edge = node.sum(&[(-1.0, edge)], 0.0)?;
    }
    let rows = Rows::over(&shape, axis, axis + 1, true);
    let view = node.reshape(edge, &[rows.outer, rows.length, rows.inner])?;
    // What was found becomes less than the least value.
    let negated = node.sum(&[(-1.0, view)], 0.0)?;
    let least = max_over(node, negated, &[1], true)?;
    let below = node.sum(&[(-1.0, least)], -1.0)?;
    let below = node.expand(below, &[rows.outer, rows.length, rows.inner])?;
    let mut left = view;
    let (mut values, mut indices) = (Vec::new(), Vec::new());
    for step in 0..count {
        let of = Rows { shape: vec![rows.outer, rows.inner], ..rows.clone() };
        let at = node.add(Op::ArgMax(of), &[left])?;
        let bits = one_hot(node, at, rows.length)?;
        let bits = node.transpose(bits, &[0, 2, 1])?;
        let found = node.add(Op::Mul, &[bits, left])?;
        values.push(sum_over(node, found, &[1], true)?);
        indices.push(node.reshape(at, &[rows.outer, 1, rows.inner])?);
        if step + 1 < count {
            let replaced = node.add(Op::Mul, &[bits, below])?;
            left = node.sum(&[(1.0, left), (-1.0, found), (1.0, replaced)], 0.0)?;
        }
    }
    let mut result = shape;
    result[axis] = count;
    let mut values = joined(node, &values, 1)?;
    if !is_largest {
        values = node.sum(&[(-1.0, values)], 0.0)?;
    }
    let indices = joined(node, &indices, 1)?;
    Ok(vec![node.reshape(values, &result)?, node.reshape(indices, &result)?])
}
