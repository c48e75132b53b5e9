//! Indices that depend on the input: `Gather`, `GatherElements`, `GatherND`. Each index becomes a one among zeros, whose product
//! with the data is what it points to. An index out of bounds is not proven.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Gather.html> and its neighbours.

use ndarray::{Axis, IxDyn};

use super::gemm::mat_mul_edges;
use super::wiring::{Source, Wire, joined, part, positions};
use super::{Argument, Gemm, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{Constant, elements};

/// Most products of a look-up.
const MOST_PRODUCTS: usize = 1 << 24;

/// Adds the bits that mark the places of indices along an axis of their own, the last one.
pub(crate) fn places(node: &mut Lowering<'_>, indices: EdgeId, length: usize) -> Result<EdgeId> {
    if length == 0 {
        return Err(node.fail("looks up in an axis of length 0"));
    }
    let count: usize = node.shape(indices).iter().product();
    if count.checked_mul(length).is_none_or(|count| count > MOST_PRODUCTS) {
        return Err(node.fail(&format!("looks up {count} indices in {length} rows, which are too many")));
    }
    node.add(Op::OneHot(length), &[indices])
}

/// Brings a constant to real numbers, with an axis in front and the others in a row behind: `[axis, others]`.
fn axis_first(data: &Constant, axis: usize) -> ndarray::ArrayD<f64> {
    let mut data = data.to_float();
    let order: Vec<usize> =
        [axis].into_iter().chain((0..data.ndim()).filter(|other| *other != axis)).collect();
    let rows = data.shape()[axis];
    data = data.permuted_axes(order).as_standard_layout().into_owned();
    let columns = data.len() / rows.max(1);
    data.into_shape_with_order(IxDyn(&[rows, columns])).expect("as many elements")
}

/// Adds the rows that bits `[.., rows]` mark along an axis of data: `[.., other axes]`.
fn rows_marked(node: &mut Lowering<'_>, bits: EdgeId, data: &Argument, axis: usize) -> Result<EdgeId> {
    let (outer, rows) = {
        let shape = node.shape(bits);
        (shape[..shape.len() - 1].to_vec(), shape[shape.len() - 1])
    };
    let count: usize = outer.iter().product();
    let (product, others) = match data {
        Argument::Constant(constant) => {
            let mut others = constant.shape().to_vec();
            others.remove(axis);
            let table = axis_first(constant, axis);
            let columns = table.shape()[1];
            let weights: Vec<f64> = table.t().iter().copied().collect();
            let gemm = Gemm { weights, bias: vec![0.0; columns], inputs: rows };
            (node.add(Op::Gemm(gemm), &[bits])?, others)
        }
        Argument::Edge(edge) => {
            let shape = node.shape(*edge).to_vec();
            let order: Vec<usize> =
                [axis].into_iter().chain((0..shape.len()).filter(|other| *other != axis)).collect();
            let others: Vec<usize> = order[1..].iter().map(|other| shape[*other]).collect();
            let columns: usize = others.iter().product();
            if count.saturating_mul(rows).saturating_mul(columns) > MOST_PRODUCTS {
                return Err(node.fail("its look-up takes too many products"));
            }
            let moved = node.transpose(*edge, &order)?;
            let table = node.reshape(moved, &[rows, columns])?;
            let bits = node.reshape(bits, &[count, rows])?;
            (mat_mul_edges(node, bits, table)?, others)
        }
        Argument::Absent => return Err(node.fail("its input `data` is missing")),
    };
    node.reshape(product, &[outer, others].concat())
}

/// Returns the node's first input and its shape.
fn data(node: &Lowering<'_>) -> Result<(Argument, Vec<usize>)> {
    let shape = node.shape_at(0)?;
    if elements(&shape).is_none_or(|count| count == 0) {
        return Err(node.fail(&format!("its input `data` of shape {shape:?} has no values")));
    }
    let data = node.arguments.first().cloned().unwrap_or(Argument::Absent);
    Ok((data, shape))
}

pub(crate) fn at_runtime(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let result = match node.operator() {
        "GatherElements" => elements_at(node)?,
        "GatherND" => slices_at(node)?,
        _ => rows_at(node)?,
    };
    Ok(vec![result])
}

/// `Gather`.
fn rows_at(node: &mut Lowering<'_>) -> Result<EdgeId> {
    let (data, shape) = data(node)?;
    let axis = node.axis(node.attributes.int("axis", 0)?, shape.len())?;
    let indices = node.edge(1)?;
    let rank = node.shape(indices).len();
    let bits = places(node, indices, shape[axis])?;
    // Its axes are those of the indices, those before the axis, those behind.
    let found = rows_marked(node, bits, &data, axis)?;
    let order: Vec<usize> =
        (rank..rank + axis).chain(0..rank).chain(rank + axis..rank + shape.len() - 1).collect();
    node.transpose(found, &order)
}

/// `GatherElements`.
fn elements_at(node: &mut Lowering<'_>) -> Result<EdgeId> {
    let (_, shape) = data(node)?;
    let indices = node.edge(1)?;
    let wanted = node.shape(indices).to_vec();
    let axis = node.axis(node.attributes.int("axis", 0)?, shape.len())?;
    let fits = wanted.len() == shape.len()
        && (0..shape.len()).all(|other| other == axis || wanted[other] <= shape[other]);
    if !fits {
        return Err(node.fail(&format!("`indices` of shape {wanted:?} do not fit data of shape {shape:?}")));
    }
    let bits = places(node, indices, shape[axis])?;
    // Beside the bits of each index stands the line of the data that it points into.
    let all = positions(&shape);
    let mut sources = Vec::new();
    for (at, _) in positions(&wanted).indexed_iter() {
        let mut at = ndarray::Dimension::slice(&at).to_vec();
        for place in 0..shape[axis] {
            at[axis] = place;
            sources.push(Source::Element(0, all[IxDyn(&at)]));
        }
    }
    let edge = node.edge(0)?;
    let wide = [&wanted[..], &[shape[axis]]].concat();
    let lines = node.add(Op::Wire(Wire { shape: wide, sources }), &[edge])?;
    let products = node.mul(bits, lines)?;
    super::reduce::sum_over(node, products, &[wanted.len()], false)
}

/// `GatherND`: axis by axis.
fn slices_at(node: &mut Lowering<'_>) -> Result<EdgeId> {
    let (data, shape) = data(node)?;
    let indices = node.edge(1)?;
    let wanted = node.shape(indices).to_vec();
    let shared = usize::try_from(node.attributes.int("batch_dims", 0)?).unwrap_or(usize::MAX);
    let Some((&depth, outer)) = wanted.split_last() else {
        return Err(node.fail("its `indices` have no axis"));
    };
    let fits = depth > 0
        && shared <= outer.len()
        && shared.checked_add(depth).is_some_and(|used| used <= shape.len())
        && outer[..shared] == shape[..shared];
    if !fits {
        return Err(node.fail(&format!("`indices` of shape {wanted:?} do not fit data of shape {shape:?}")));
    }
    let batches: usize = shape[..shared].iter().product();
    let count: usize = outer[shared..].iter().product();
    let flat_indices = node.reshape(indices, &[batches, count, depth])?;
    let whole = if shared == 0 { None } else { Some(node.edge(0)?) };
    let mut parts = Vec::new();
    for batch in 0..batches {
        let own = part(node, flat_indices, 0, batch, batch + 1)?;
        let data = match whole {
            None => data.clone(),
            Some(whole) => {
                let flat_data = node.reshape(whole, &[&[batches], &shape[shared..]].concat())?;
                let one = part(node, flat_data, 0, batch, batch + 1)?;
                Argument::Edge(node.reshape(one, &shape[shared..])?)
            }
        };
        let mut found: Option<EdgeId> = None;
        for level in 0..depth {
            let index = part(node, own, 2, level, level + 1)?;
            let index = node.reshape(index, &[count])?;
            let length = shape[shared + level];
            let bits = places(node, index, length)?;
            found = Some(match found {
                None => rows_marked(node, bits, &data, 0)?,
                Some(found) => {
                    // Of each row found so far, the one that its own bits mark.
                    let rest: usize = shape[shared + level + 1..].iter().product();
                    let rows = node.reshape(found, &[count, length, rest])?;
                    let bits = node.reshape(bits, &[count, 1, length])?;
                    mat_mul_edges(node, bits, rows)?
                }
            });
        }
        let Some(found) = found else {
            return Err(node.fail("its `indices` have no axis"));
        };
        let inner = &shape[shared + depth..];
        parts.push(node.reshape(found, &[&[1], &[count], inner].concat())?);
    }
    let all = joined(node, &parts, 0)?;
    node.reshape(all, &[outer, &shape[shared + depth..]].concat())
}

/// Returns the part of a shape's positions that a smaller shape covers, along all axes but one.
pub(crate) fn covered(shape: &[usize], by: &[usize], axis: usize) -> Vec<usize> {
    let mut all = positions(shape);
    for other in (0..shape.len()).filter(|other| *other != axis) {
        all = all.select(Axis(other), &(0..by[other]).collect::<Vec<_>>());
    }
    all.iter().copied().collect()
}
