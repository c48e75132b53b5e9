//! Updates at indices: `ScatterElements`, `ScatterND`, and `Scatter` of older operator sets.
//!
//! Where the indices are constants the result is wired together, else each update is chosen by bits that mark its place. Of
//! several updates of one place the last one stays.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__ScatterElements.html>, <https://onnx.ai/onnx/operators/onnx__ScatterND.html>.

use std::collections::BTreeMap;

use ndarray::{ArrayD, Dimension as _, IxDyn};

use super::elementwise::extreme;
use super::gather::{covered, places};
use super::wiring::{Source, Wire, part, positions};
use super::{Argument, Lowering, Op, axis_of};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::Constant;

/// Adds elements of the second edge at places of the first.
fn replaced(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    by: EdgeId,
    at: &BTreeMap<usize, usize>,
) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let source = |place: usize| match at.get(&place) {
        Some(update) => Source::Element(1, *update),
        None => Source::Element(0, place),
    };
    let sources = (0..shape.iter().product()).map(source).collect();
    node.add(Op::Wire(Wire { shape, sources }), &[edge, by])
}

/// Adds the data with updates; each stands at a place of the data.
fn updated(node: &mut Lowering<'_>, updates: EdgeId, targets: &[usize]) -> Result<EdgeId> {
    let mut edge = node.edge(0)?;
    let reduction = node.attributes.text("reduction")?.unwrap_or("none");
    if reduction == "none" {
        let at = targets.iter().copied().enumerate().map(|(update, place)| (place, update)).collect();
        return replaced(node, edge, updates, &at);
    }
    // The first update of each place, then the second ones.
    let mut rest: Vec<(usize, usize)> = targets.iter().copied().enumerate().collect();
    while !rest.is_empty() {
        let mut now: BTreeMap<usize, usize> = BTreeMap::new();
        rest.retain(|(update, place)| {
            let waits = now.contains_key(place);
            now.entry(*place).or_insert(*update);
            waits
        });
        let (at, from): (Vec<usize>, Vec<usize>) =
            now.iter().map(|(place, update)| (*place, *update)).unzip();
        let old = super::integer::picked(node, edge, &at)?;
        let new = super::integer::picked(node, updates, &from)?;
        let both = match reduction {
            "add" => node.sum(&[(1.0, old), (1.0, new)], 0.0)?,
            "mul" => node.mul(old, new)?,
            "max" | "min" => extreme(node, old, new, reduction == "max")?,
            other => {
                return Err(node.attributes.unsupported("reduction", other, "none, add, mul, max or min"));
            }
        };
        let places = at.iter().copied().enumerate().map(|(number, place)| (place, number)).collect();
        edge = replaced(node, edge, both, &places)?;
    }
    Ok(edge)
}

/// Adds data in which updates take the places that bits mark, or are added to them.
fn chosen(node: &mut Lowering<'_>, data: EdgeId, bits: EdgeId, update: EdgeId) -> Result<EdgeId> {
    match node.attributes.text("reduction")?.unwrap_or("none") {
        "none" => {
            let change = node.sum(&[(1.0, update), (-1.0, data)], 0.0)?;
            let change = node.mul(bits, change)?;
            node.sum(&[(1.0, data), (1.0, change)], 0.0)
        }
        "add" => {
            let change = node.mul(bits, update)?;
            node.sum(&[(1.0, data), (1.0, change)], 0.0)
        }
        other => {
            let found = format!("{other} at indices that depend on the input");
            Err(node.attributes.unsupported("reduction", found, "none or add"))
        }
    }
}

/// `ScatterElements` and `Scatter`.
pub(crate) fn scatter_elements(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let shape = node.shape_at(0)?;
    let (indexed, updated_shape) = (node.shape_at(1)?, node.shape_at(2)?);
    let axis = node.axis(node.attributes.int("axis", 0)?, shape.len())?;
    let fits = indexed.len() == shape.len()
        && indexed == updated_shape
        && (0..shape.len()).all(|other| other == axis || indexed[other] <= shape[other]);
    if !fits {
        let reason = format!(
            "`indices` of shape {indexed:?} and `updates` of shape {updated_shape:?} do not fit data of shape {shape:?}"
        );
        return Err(node.fail(&reason));
    }
    let updates = node.edge(2)?;
    if let Some(Argument::Constant(Constant::Int(indices))) = node.arguments.get(1).cloned() {
        let all = positions(&shape);
        let targets: Option<Vec<usize>> = indices
            .indexed_iter()
            .map(|(at, index)| {
                let mut at = at.slice().to_vec();
                at[axis] = axis_of(*index, shape[axis])?;
                all.get(IxDyn(&at)).copied()
            })
            .collect();
        let targets = targets.ok_or_else(|| node.fail("an index is out of bounds"))?;
        return Ok(vec![updated(node, updates, &targets)?]);
    }
    let mut data = node.edge(0)?;
    let indices = node.edge(1)?;
    let places_of = covered(&shape, &indexed, axis);
    let mut block = indexed.clone();
    block[axis] = shape[axis];
    // An axis of the bits is the data's, in the place of that of the indices.
    let rank = shape.len();
    let mut order: Vec<usize> = (0..rank).collect();
    order[axis] = rank;
    order.push(axis);
    for at in 0..indexed[axis] {
        let index = part(node, indices, axis, at, at + 1)?;
        let update = part(node, updates, axis, at, at + 1)?;
        let bits = places(node, index, shape[axis])?;
        let bits = node.transpose(bits, &order)?;
        let bits = node.reshape(bits, &block)?;
        let sources = places_of.iter().map(|place| Source::Element(0, *place)).collect();
        let inside = node.add(Op::Wire(Wire { shape: block.clone(), sources }), &[data])?;
        let inside = chosen(node, inside, bits, update)?;
        let back = places_of.iter().copied().enumerate().map(|(number, place)| (place, number)).collect();
        data = replaced(node, data, inside, &back)?;
    }
    Ok(vec![data])
}

/// `ScatterND`.
pub(crate) fn scatter_nd(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let shape = node.shape_at(0)?;
    let indexed = node.shape_at(1)?;
    let found = node.shape_at(2)?;
    let fail = |node: &Lowering<'_>| {
        let reason = format!(
            "`indices` of shape {indexed:?} and `updates` of shape {found:?} do not fit data of shape {shape:?}"
        );
        node.fail(&reason)
    };
    let Some((&depth, outer)) = indexed.split_last() else {
        return Err(fail(node));
    };
    if depth == 0 || depth > shape.len() || found != [outer, &shape[depth..]].concat() {
        return Err(fail(node));
    }
    let inner: usize = shape[depth..].iter().product();
    let count: usize = outer.iter().product();
    let updates = node.edge(2)?;
    if let Some(Argument::Constant(Constant::Int(indices))) = node.arguments.get(1).cloned() {
        let targets = targets_of(&indices, &shape, depth, inner);
        let targets = targets.ok_or_else(|| node.fail("an index is out of bounds"))?;
        return Ok(vec![updated(node, updates, &targets)?]);
    }
    let data = node.edge(0)?;
    let rows: usize = shape[..depth].iter().product();
    let mut table = node.reshape(data, &[rows, inner])?;
    let indices = node.edge(1)?;
    let indices = node.reshape(indices, &[count, depth])?;
    let updates = node.reshape(updates, &[count, inner])?;
    for at in 0..count {
        let index = part(node, indices, 0, at, at + 1)?;
        let mut bits: Option<EdgeId> = None;
        for (level, length) in shape[..depth].iter().enumerate() {
            let index = part(node, index, 1, level, level + 1)?;
            let index = node.reshape(index, &[1])?;
            let own = places(node, index, *length)?;
            bits = Some(match bits {
                None => node.reshape(own, &[*length, 1])?,
                Some(bits) => {
                    let both = node.mul(bits, own)?;
                    let rows: usize = node.shape(both).iter().product();
                    node.reshape(both, &[rows, 1])?
                }
            });
        }
        let Some(bits) = bits else {
            return Err(fail(node));
        };
        let update = part(node, updates, 0, at, at + 1)?;
        table = chosen(node, table, bits, update)?;
    }
    Ok(vec![node.reshape(table, &shape)?])
}

/// Returns the places that the updates of constant indices take.
fn targets_of(indices: &ArrayD<i64>, shape: &[usize], depth: usize, inner: usize) -> Option<Vec<usize>> {
    let list: Vec<i64> = indices.iter().copied().collect();
    let mut targets = Vec::new();
    for index in list.chunks(depth) {
        let mut row = 0;
        for (at, length) in index.iter().zip(shape) {
            row = row * length + axis_of(*at, *length)?;
        }
        targets.extend((0..inner).map(|at| row * inner + at));
    }
    Some(targets)
}
