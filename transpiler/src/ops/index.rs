//! Positions given by indices: `Gather`, `GatherElements`, `GatherND`, `OneHot`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Gather.html> and its neighbours.

use ndarray::{ArrayD, Axis, Dimension as _, IxDyn};

use super::{Lowering, Op, axis_of};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::elements;

/// Returns an index counted from the front.
fn inside(index: i64, length: usize) -> Option<usize> {
    axis_of(index, length)
}

/// Returns what `Gather` picks; `None` when an index is out of bounds.
pub(crate) fn rows_at<T: Clone>(data: &ArrayD<T>, indices: &ArrayD<i64>, axis: i64) -> Option<ArrayD<T>> {
    let axis = axis_of(axis, data.ndim())?;
    let rows: Vec<usize> =
        indices.iter().map(|index| inside(*index, data.shape()[axis])).collect::<Option<_>>()?;
    let mut shape = data.shape()[..axis].to_vec();
    shape.extend_from_slice(indices.shape());
    shape.extend_from_slice(&data.shape()[axis + 1..]);
    elements(&shape)?;
    crate::tensor::array(&shape, data.select(Axis(axis), &rows).iter().cloned().collect())
}

/// Returns what `GatherElements` picks; `None` when an index is out of bounds.
pub(crate) fn elements_at<T: Clone>(data: &ArrayD<T>, indices: &ArrayD<i64>, axis: i64) -> Option<ArrayD<T>> {
    let axis = axis_of(axis, data.ndim())?;
    if indices.ndim() != data.ndim() {
        return None;
    }
    let values: Option<Vec<T>> = indices
        .indexed_iter()
        .map(|(at, index)| {
            let mut at = at.slice().to_vec();
            at[axis] = inside(*index, data.shape()[axis])?;
            data.get(IxDyn(&at)).cloned()
        })
        .collect();
    crate::tensor::array(indices.shape(), values?)
}

/// Returns what `GatherND` picks, with `shared` leading axes in common; `None` when an index is out of bounds.
pub(crate) fn slices_at<T: Clone>(
    data: &ArrayD<T>,
    indices: &ArrayD<i64>,
    shared: usize,
) -> Option<ArrayD<T>> {
    let (&depth, outer) = indices.shape().split_last()?;
    if shared > outer.len() || shared + depth > data.ndim() || outer[..shared] != data.shape()[..shared] {
        return None;
    }
    let inner: usize = data.shape()[shared + depth..].iter().product();
    let all: Vec<T> = data.iter().cloned().collect();
    let mut values = Vec::new();
    let batches: usize = outer[shared..].iter().product::<usize>().max(1);
    let list: Vec<i64> = indices.iter().copied().collect();
    if depth == 0 {
        return None;
    }
    for (number, index) in list.chunks(depth).enumerate() {
        let mut position = number / batches;
        for (axis, at) in index.iter().enumerate() {
            let length = data.shape()[shared + axis];
            position = position * length + inside(*at, length)?;
        }
        values.extend_from_slice(all.get(position * inner..(position + 1) * inner)?);
    }
    let mut shape = outer.to_vec();
    shape.extend_from_slice(&data.shape()[shared + depth..]);
    crate::tensor::array(&shape, values)
}

/// Returns the bits that mark the places of indices; none where an index has no place.
pub(crate) fn one_hot_bits(indices: &[f64], size: usize) -> Vec<f64> {
    #[expect(clippy::cast_possible_truncation, reason = "indices are integers")]
    let place = |index: &f64| inside(index.round() as i64, size);
    let bits = |place: Option<usize>| (0..size).map(move |at| f64::from(place == Some(at)));
    indices.iter().flat_map(|index| bits(place(index))).collect()
}

/// Adds, for integers, which of `0..depth` each one is: an axis of that length, with a one and zeros. Negative ones count
/// from the end.
pub(crate) fn one_hot(node: &mut Lowering<'_>, indices: EdgeId, depth: usize) -> Result<EdgeId> {
    let mut shape = node.shape(indices).to_vec();
    shape.push(1);
    let column = node.reshape(indices, &shape)?;
    let mut bits = Vec::new();
    for value in 0..depth {
        #[expect(clippy::cast_precision_loss, reason = "a table has far fewer than 2^52 rows")]
        let [position, from_end] = [value as f64, value as f64 - depth as f64];
        let mut tests = Vec::new();
        for at in [position, from_end] {
            let difference = node.sum(&[(1.0, column)], -at)?;
            tests.push((1.0, node.add(Op::IsZero, &[difference])?));
        }
        bits.push(node.sum(&tests, 0.0)?);
    }
    let axis = shape.len() - 1;
    super::wiring::joined(node, &bits, axis)
}

/// `OneHot` of indices that depend on the input.
pub(crate) fn one_hot_node(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let indices = node.edge(0)?;
    let depth = node.scalar(1, "depth")?.filter(|depth| (1.0..=65_536.0).contains(depth));
    let Some(depth) = depth else {
        return Err(node.fail("`depth` is not a number from 1 to 65536"));
    };
    let values = node.constant(2, "values")?;
    let [off, on] = [values.first().copied(), values.last().copied()].map(Option::unwrap_or_default);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 65536")]
    let bits = one_hot(node, indices, depth as usize)?;
    let bits = if (off, on) == (0.0, 1.0) { bits } else { node.sum(&[(on - off, bits)], off)? };
    let rank = node.shape(bits).len();
    let axis = node.axis(node.attributes.int("axis", -1)?, rank)?;
    let mut order: Vec<usize> = (0..rank - 1).collect();
    order.insert(axis, rank - 1);
    Ok(vec![node.transpose(bits, &order)?])
}
