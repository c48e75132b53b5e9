//! Operators that only move values: `Reshape` and its kin, `Transpose`, `Concat`, `Split`, `Slice`, `Pad`, `Tile`,
//! `Expand`, `DepthToSpace`, `SpaceToDepth`, `Trilu`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Reshape.html> and its neighbours.

use ndarray::{ArrayD, Axis, Dimension as _, IxDyn, Slice};

use super::{Argument, Lowering, Op, axis_of};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{Constant, array, elements, flat};

/// Where an element of a [`Wire`] comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// An element of an input: which input, and the position in it.
    Element(usize, usize),
    /// A constant.
    Constant(f64),
}

/// Elements of inputs and constants, in any order.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// The output's shape.
    pub shape: Vec<usize>,
    /// One per element of the output.
    pub sources: Vec<Source>,
}

impl Wire {
    /// Returns the wire of elements of one input.
    pub(crate) fn of(positions: &ArrayD<usize>) -> Self {
        let sources = positions.iter().map(|position| Source::Element(0, *position)).collect();
        Self { shape: positions.shape().to_vec(), sources }
    }

    pub(crate) fn eval(&self, inputs: &[&ArrayD<f64>]) -> Vec<f64> {
        let inputs: Vec<Vec<f64>> = inputs.iter().map(|input| flat(input)).collect();
        let value = |source: &Source| match source {
            Source::Element(input, position) => inputs[*input][*position],
            Source::Constant(value) => *value,
        };
        self.sources.iter().map(value).collect()
    }
}

/// Returns an array of the positions of a shape's elements.
pub(crate) fn positions(shape: &[usize]) -> ArrayD<usize> {
    let count = shape.iter().product();
    array(shape, (0..count).collect()).expect("as many positions as elements")
}

/// `Flatten`, `Reshape`, `Squeeze`, `Unsqueeze`.
pub(crate) fn reshape(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let listed = match node.arguments.get(1) {
        None | Some(Argument::Absent) => node.attributes.ints("axes")?,
        Some(_) => node.ints(1, "shape or axes")?,
    };
    let result = match (node.operator(), listed) {
        ("Flatten", _) => flattened(&shape, node.attributes.int("axis", 1)?),
        ("Reshape", Some(target)) => reshaped(&shape, &target, node.attributes.int("allowzero", 0)? != 0),
        ("Squeeze", axes) => squeezed(&shape, axes.as_deref()),
        ("Unsqueeze", Some(axes)) => unsqueezed(&shape, &axes),
        _ => Err("its second input is missing".to_owned()),
    };
    let result = result.map_err(|reason| node.fail(&reason))?;
    Ok(vec![node.add(Op::Reshape(result), &[edge])?])
}

pub(crate) fn transpose(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let rank = node.shape(edge).len();
    let Some(permutation) = node.attributes.ints("perm")? else {
        return Ok(vec![node.add(Op::Transpose((0..rank).rev().collect()), &[edge])?]);
    };
    let axes: Option<Vec<usize>> = permutation.iter().map(|axis| axis_of(*axis, rank)).collect();
    let is_permutation = |axes: &Vec<usize>| axes.len() == rank && (0..rank).all(|axis| axes.contains(&axis));
    match axes.filter(is_permutation) {
        Some(axes) => Ok(vec![node.add(Op::Transpose(axes), &[edge])?]),
        None => {
            let expected = format!("a permutation of {rank} axes");
            Err(node.attributes.unsupported("perm", format!("{permutation:?}"), &expected))
        }
    }
}

fn flattened(shape: &[usize], axis: i64) -> std::result::Result<Vec<usize>, String> {
    let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
    let axis = if axis < 0 { axis.saturating_add(rank) } else { axis };
    match usize::try_from(axis) {
        Ok(axis) if axis <= shape.len() => {
            Ok(vec![shape[..axis].iter().product(), shape[axis..].iter().product()])
        }
        _ => Err(format!("`axis` {axis} is out of bounds for shape {shape:?}")),
    }
}

/// Returns the shape that `Reshape` gives: 0 keeps a length, -1 takes what is left.
pub(crate) fn reshaped(
    shape: &[usize],
    target: &[i64],
    allow_zero: bool,
) -> std::result::Result<Vec<usize>, String> {
    let wrong = || format!("shape {target:?} does not fit {shape:?}");
    let total: usize = shape.iter().product();
    let mut result = Vec::with_capacity(target.len());
    let mut rest = None;
    for (axis, length) in target.iter().enumerate() {
        match *length {
            0 if !allow_zero => result.push(*shape.get(axis).ok_or_else(wrong)?),
            -1 if rest.is_none() => {
                rest = Some(axis);
                result.push(1);
            }
            length => result.push(usize::try_from(length).map_err(|_| wrong())?),
        }
    }
    let known =
        result.iter().try_fold(1usize, |product, length| product.checked_mul(*length)).ok_or_else(wrong)?;
    if let Some(axis) = rest {
        result[axis] = total.checked_div(known).ok_or_else(wrong)?;
    }
    let product = result.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
    if product == Some(total) { Ok(result) } else { Err(wrong()) }
}

/// Returns the shape without axes of length 1.
pub(crate) fn squeezed(shape: &[usize], axes: Option<&[i64]>) -> std::result::Result<Vec<usize>, String> {
    let Some(axes) = axes else {
        return Ok(shape.iter().copied().filter(|length| *length != 1).collect());
    };
    let dropped: Option<Vec<usize>> = axes.iter().map(|axis| axis_of(*axis, shape.len())).collect();
    match dropped.filter(|dropped| dropped.iter().all(|axis| shape[*axis] == 1)) {
        Some(dropped) => Ok(shape
            .iter()
            .enumerate()
            .filter(|(axis, _)| !dropped.contains(axis))
            .map(|(_, length)| *length)
            .collect()),
        None => Err(format!("axes {axes:?} of shape {shape:?} do not all have length 1")),
    }
}

/// Returns the shape with axes of length 1 put in.
pub(crate) fn unsqueezed(shape: &[usize], axes: &[i64]) -> std::result::Result<Vec<usize>, String> {
    let rank = shape.len() + axes.len();
    let added: Option<Vec<usize>> = axes.iter().map(|axis| axis_of(*axis, rank)).collect();
    let mut lengths = shape.iter();
    match added {
        Some(added) => (0..rank)
            .map(|axis| if added.contains(&axis) { Some(1) } else { lengths.next().copied() })
            .collect::<Option<Vec<usize>>>()
            .ok_or_else(|| format!("axes {axes:?} are given twice")),
        None => Err(format!("axes {axes:?} are out of bounds for {rank} axes")),
    }
}

pub(crate) fn concat(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edges: Vec<EdgeId> =
        (0..node.arguments.len()).map(|position| node.edge(position)).collect::<Result<_>>()?;
    let Some(&first) = edges.first() else {
        return Err(node.fail("has no inputs"));
    };
    let axis = node.axis(node.attributes.int("axis", 1)?, node.shape(first).len())?;
    Ok(vec![joined(node, &edges, axis)?])
}

/// Adds edges one after the other along an axis.
pub(crate) fn joined(node: &mut Lowering<'_>, edges: &[EdgeId], axis: usize) -> Result<EdgeId> {
    if let [only] = edges {
        return Ok(*only);
    }
    let sources: Vec<ArrayD<(usize, usize)>> = edges
        .iter()
        .enumerate()
        .map(|(input, edge)| positions(node.shape(*edge)).mapv(|position| (input, position)))
        .collect();
    let views: Vec<_> = sources.iter().map(|source| source.view()).collect();
    let joined = ndarray::concatenate(Axis(axis), &views).map_err(|_| {
        let shapes: Vec<&[usize]> = edges.iter().map(|edge| node.shape(*edge)).collect();
        node.fail(&format!("shapes {shapes:?} do not join along axis {axis}"))
    })?;
    let sources = joined.iter().map(|(input, position)| Source::Element(*input, *position)).collect();
    node.add(Op::Wire(Wire { shape: joined.shape().to_vec(), sources }), edges)
}

/// Adds the part of an edge from `start` to `end` along an axis.
pub(crate) fn part(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    axis: usize,
    start: usize,
    end: usize,
) -> Result<EdgeId> {
    let all = positions(node.shape(edge));
    let part = all.slice_axis(Axis(axis), Slice::from(start..end)).to_owned();
    node.add(Op::Wire(Wire::of(&part)), &[edge])
}

pub(crate) fn split(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let axis = node.axis(node.attributes.int("axis", 0)?, shape.len())?;
    let lengths: Vec<usize> = match node.ints_or_attribute(1, "split")? {
        Some(lengths) => {
            let own: Option<Vec<usize>> =
                lengths.iter().map(|length| usize::try_from(*length).ok()).collect();
            own.ok_or_else(|| node.fail(&format!("`split` {lengths:?} has a negative length")))?
        }
        None => {
            let count = node.attributes.node.outputs.len().max(1);
            let each = shape[axis].div_ceil(count);
            (0..count).map(|index| each.min(shape[axis].saturating_sub(index * each))).collect()
        }
    };
    if lengths.iter().try_fold(0usize, |sum, length| sum.checked_add(*length)) != Some(shape[axis]) {
        let reason =
            format!("lengths {lengths:?} do not add up to {}, the length of axis {axis}", shape[axis]);
        return Err(node.fail(&reason));
    }
    let mut start = 0;
    let mut parts = Vec::new();
    for length in lengths {
        parts.push(part(node, edge, axis, start, start + length)?);
        start += length;
    }
    Ok(parts)
}

pub(crate) fn slice(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let all = positions(node.shape(edge));
    let (starts, ends) = (node.ints_or_attribute(1, "starts")?, node.ints_or_attribute(2, "ends")?);
    let (Some(starts), Some(ends)) = (starts, ends) else {
        return Err(node.fail("`starts` or `ends` is missing"));
    };
    let count = i64::try_from(starts.len()).unwrap_or(i64::MAX);
    let axes = node.ints_or_attribute(3, "axes")?.unwrap_or_else(|| (0..count).collect());
    let steps = node.ints(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    let sliced = sliced(&all, &starts, &ends, &axes, &steps)
        .ok_or_else(|| node.fail("`starts`, `ends`, `axes` and `steps` do not fit the input"))?;
    Ok(vec![node.add(Op::Wire(Wire::of(&sliced)), &[edge])?])
}

/// Returns what `Slice` picks; `None` when its arguments do not fit.
pub(crate) fn sliced<T: Clone>(
    data: &ArrayD<T>,
    starts: &[i64],
    ends: &[i64],
    axes: &[i64],
    steps: &[i64],
) -> Option<ArrayD<T>> {
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return None;
    }
    let mut result = data.clone();
    for (((start, end), axis), step) in starts.iter().zip(ends).zip(axes).zip(steps) {
        let axis = axis_of(*axis, result.ndim())?;
        let length = i64::try_from(result.shape()[axis]).ok()?;
        let (least, most) = if *step > 0 { (0, length) } else { (-1, length - 1) };
        let bound = |at: i64| (if at < 0 { at.saturating_add(length) } else { at }).clamp(least, most);
        let (mut at, end) = (bound(*start), bound(*end));
        let mut picked = Vec::new();
        if *step == 0 {
            return None;
        }
        while (*step > 0 && at < end) || (*step < 0 && at > end) {
            picked.push(usize::try_from(at).ok()?);
            at = at.saturating_add(*step);
        }
        result = result.select(Axis(axis), &picked);
    }
    Some(result)
}

pub(crate) fn pad(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let Some(pads) = node.ints_or_attribute(1, "pads")? else {
        return Err(node.fail("`pads` is missing"));
    };
    let value = match node.scalar(2, "constant_value")? {
        Some(value) => value,
        None => node.attributes.float("value", 0.0)?,
    };
    let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
    let axes = node.ints(3, "axes")?.unwrap_or_else(|| (0..rank).collect());
    let mode = node.attributes.text("mode")?.unwrap_or("constant");
    if pads.len() != 2 * axes.len() {
        let reason =
            format!("`pads` has {} values, expected two for each of {} axes", pads.len(), axes.len());
        return Err(node.fail(&reason));
    }
    let mut result = positions(&shape).mapv(Some);
    for (index, axis) in axes.iter().enumerate() {
        let axis = node.axis(*axis, shape.len())?;
        let picked = padded_axis(shape[axis], pads[index], pads[index + axes.len()], mode)
            .map_err(|reason| node.fail(&reason))?;
        let mut next = result.shape().to_vec();
        next[axis] = picked.len();
        if elements(&next).is_none() {
            return Err(node.fail(&format!("its output of shape {next:?} is too large")));
        }
        let before = result;
        result = ArrayD::from_shape_fn(IxDyn(&next), |at| {
            let mut at = at.slice().to_vec();
            at[axis] = picked[at[axis]]?;
            before[IxDyn(&at)]
        });
    }
    let source = |position: &Option<usize>| {
        position.map_or(Source::Constant(value), |position| Source::Element(0, position))
    };
    let wire = Wire { shape: result.shape().to_vec(), sources: result.iter().map(source).collect() };
    Ok(vec![node.add(Op::Wire(wire), &[edge])?])
}

/// Returns the positions along a padded axis; `None` outside of it.
fn padded_axis(
    length: usize,
    before: i64,
    after: i64,
    mode: &str,
) -> std::result::Result<Vec<Option<usize>>, String> {
    let too_large = || format!("pads {before} and {after} do not fit an axis of length {length}");
    let signed = i64::try_from(length).map_err(|_| too_large())?;
    if before.abs() > 1 << 20 || after.abs() > 1 << 20 || before + after + signed < 0 {
        return Err(too_large());
    }
    (-before..signed + after)
        .map(|at| {
            if (0..signed).contains(&at) {
                return Ok(usize::try_from(at).ok());
            }
            let inside = match mode {
                "constant" => return Ok(None),
                _ if signed == 0 => return Err(too_large()),
                "edge" => at.clamp(0, signed - 1),
                "wrap" => at.rem_euclid(signed),
                "reflect" if signed == 1 => 0,
                "reflect" => {
                    let period = 2 * (signed - 1);
                    let at = at.rem_euclid(period);
                    if at < signed { at } else { period - at }
                }
                other => return Err(format!("`mode` {other} is not supported")),
            };
            Ok(usize::try_from(inside).ok())
        })
        .collect()
}

pub(crate) fn tile(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let listed = node.ints(1, "repeats")?.unwrap_or_default();
    let repeats: Option<Vec<usize>> = listed.iter().map(|count| usize::try_from(*count).ok()).collect();
    let repeats = repeats
        .filter(|repeats| repeats.len() == shape.len())
        .ok_or_else(|| node.fail(&format!("`repeats` {listed:?} does not fit shape {shape:?}")))?;
    let target: Vec<usize> =
        shape.iter().zip(&repeats).map(|(length, count)| length.saturating_mul(*count)).collect();
    if elements(&target).is_none() {
        return Err(node.fail(&format!("its output of shape {target:?} is too large")));
    }
    let all = positions(&shape);
    let tiled = ArrayD::from_shape_fn(IxDyn(&target), |at| {
        let inside: Vec<usize> = at.slice().iter().zip(&shape).map(|(at, length)| at % length).collect();
        all[IxDyn(&inside)]
    });
    Ok(vec![node.add(Op::Wire(Wire::of(&tiled)), &[edge])?])
}

pub(crate) fn expand(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let listed = node.ints(1, "shape")?.unwrap_or_default();
    let target: Option<Vec<usize>> = listed.iter().map(|length| usize::try_from(*length).ok()).collect();
    let target = target.ok_or_else(|| node.fail(&format!("`shape` {listed:?} has a negative length")))?;
    let shape = crate::fold::broadcast(node.shape(edge), &target)
        .filter(|shape| elements(shape).is_some())
        .ok_or_else(|| {
        node.fail(&format!("shape {:?} does not expand to {target:?}", node.shape(edge)))
    })?;
    let expanded = node.expand(edge, &shape)?;
    Ok(vec![expanded])
}

/// `DepthToSpace` and `SpaceToDepth`: reshape, transpose, reshape.
pub(crate) fn blocks(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let &[n, c, h, w] = node.shape(edge) else {
        return Err(node.fail(&format!("its input has shape {:?}, expected four axes", node.shape(edge))));
    };
    let size = usize::try_from(node.attributes.int("blocksize", 0)?).unwrap_or(0);
    let to_space = node.operator() == "DepthToSpace";
    let fits = size > 0
        && if to_space {
            size.checked_mul(size).is_some_and(|area| c % area == 0)
        } else {
            h % size == 0 && w % size == 0
        };
    if !fits {
        let reason = format!("`blocksize` {size} does not divide shape {:?}", [n, c, h, w]);
        return Err(node.fail(&reason));
    }
    let (split, order, whole) = if !to_space {
        (
            vec![n, c, h / size, size, w / size, size],
            [0, 3, 5, 1, 2, 4],
            [n, c * size * size, h / size, w / size],
        )
    } else if node.attributes.text("mode")?.unwrap_or("DCR") == "DCR" {
        let deep = c / (size * size);
        (vec![n, size, size, deep, h, w], [0, 3, 4, 1, 5, 2], [n, deep, h * size, w * size])
    } else {
        let deep = c / (size * size);
        (vec![n, deep, size, size, h, w], [0, 1, 4, 2, 5, 3], [n, deep, h * size, w * size])
    };
    let split = node.reshape(edge, &split)?;
    let moved = node.transpose(split, &order)?;
    Ok(vec![node.reshape(moved, &whole)?])
}

pub(crate) fn trilu(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let [.., rows, columns] = shape[..] else {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected at least two axes")));
    };
    let diagonal = node.ints(1, "k")?.and_then(|list| list.first().copied()).unwrap_or(0);
    let upper = node.attributes.int("upper", 1)? != 0;
    let sources = (0..shape.iter().product())
        .map(|position: usize| {
            let row = i64::try_from(position / columns % rows).unwrap_or(i64::MAX);
            let column = i64::try_from(position % columns).unwrap_or(i64::MAX);
            let above = column - row >= diagonal;
            let kept = if upper { above } else { column - row <= diagonal };
            if kept { Source::Element(0, position) } else { Source::Constant(0.0) }
        })
        .collect();
    Ok(vec![node.add(Op::Wire(Wire { shape, sources }), &[edge])?])
}

/// `Gather`, `GatherElements`, `GatherND` by constant indices.
pub(crate) fn gather(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    if matches!(node.arguments.get(1), Some(Argument::Edge(_))) {
        return super::gather::at_runtime(node);
    }
    let edge = node.edge(0)?;
    let data = positions(node.shape(edge));
    let Some(Argument::Constant(Constant::Int(indices))) = node.arguments.get(1) else {
        return Err(node.fail("its input `indices` is not a tensor of integers"));
    };
    let axis = node.attributes.int("axis", 0)?;
    let picked = match node.operator() {
        "GatherElements" => super::index::elements_at(&data, indices, axis),
        "GatherND" => {
            let shared = usize::try_from(node.attributes.int("batch_dims", 0)?).unwrap_or(usize::MAX);
            super::index::slices_at(&data, indices, shared)
        }
        _ => super::index::rows_at(&data, indices, axis),
    };
    let picked = picked.ok_or_else(|| {
        let (found, shape) = (indices.shape(), data.shape());
        node.fail(&format!("its `indices` of shape {found:?} do not fit an input of shape {shape:?}"))
    })?;
    Ok(vec![node.add(Op::Wire(Wire::of(&picked)), &[edge])?])
}
