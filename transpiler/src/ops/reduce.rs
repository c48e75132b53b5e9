//! Reductions along axes: `ReduceSum`, `ReduceMean`, `ReduceMax`, norms, products, `ArgMax`, `CumSum`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__ReduceSum.html> and its neighbours.

use super::elementwise::magnitude;
use super::wiring::{Source, Wire, part};
use super::{Lowering, Op, axis_of};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::elements;

/// An input seen as `[outer, length, inner]`, whose middle axis goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Elements of the axes before.
    pub outer: usize,
    /// Elements of the axes that go.
    pub length: usize,
    /// Elements of the axes behind.
    pub inner: usize,
    /// The output's shape.
    pub shape: Vec<usize>,
}

impl Rows {
    /// Returns the view of a shape in which the axes from `first` to before `end` go.
    pub(crate) fn over(shape: &[usize], first: usize, end: usize, keep: bool) -> Self {
        let kept = if keep { vec![1; end - first] } else { Vec::new() };
        Self {
            outer: shape[..first].iter().product(),
            length: shape[first..end].iter().product(),
            inner: shape[end..].iter().product(),
            shape: [&shape[..first], &kept, &shape[end..]].concat(),
        }
    }

    /// Returns the positions of the values that an output comes from.
    pub(crate) fn positions(&self, out: usize) -> impl Iterator<Item = usize> + use<> {
        let (outer, j) = (out / self.inner, out % self.inner);
        let (length, inner) = (self.length, self.inner);
        (0..length).map(move |l| (outer * length + l) * inner + j)
    }

    /// Returns the number of outputs.
    pub(crate) fn outputs(&self) -> usize {
        self.outer * self.inner
    }

    pub(crate) fn fold<T: Clone>(&self, values: &[T], join: impl Fn(T, T) -> T) -> Vec<T> {
        let outputs = 0..self.outputs();
        let row = |out| self.positions(out).map(|position| values[position].clone()).reduce(&join);
        outputs.filter_map(row).collect()
    }

    /// Returns the positions of the largest values, the first ones on ties.
    pub(crate) fn arg_max<T: PartialOrd>(&self, values: &[T]) -> Vec<usize> {
        let largest = |out| {
            let row: Vec<usize> = self.positions(out).collect();
            (1..row.len()).fold(0, |best, at| if values[row[at]] > values[row[best]] { at } else { best })
        };
        (0..self.outputs()).map(largest).collect()
    }
}

/// Returns the axes that a node reduces, in order; all of them when none are given.
fn axes(node: &Lowering<'_>, rank: usize) -> Result<Vec<usize>> {
    let listed = node.ints_or_attribute(1, "axes")?.unwrap_or_default();
    if listed.is_empty() {
        let all = if node.attributes.int("noop_with_empty_axes", 0)? != 0 { 0 } else { rank };
        return Ok((0..all).collect());
    }
    let mut axes = listed.iter().map(|axis| node.axis(*axis, rank)).collect::<Result<Vec<usize>>>()?;
    axes.sort_unstable();
    axes.dedup();
    Ok(axes)
}

/// Brings the axes that go next to each other; returns the edge, the view, and the shape that the result has.
fn gathered(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    axes: &[usize],
    keep: bool,
) -> Result<(EdgeId, Rows, Vec<usize>)> {
    let shape = node.shape(edge).to_vec();
    let goes = |axis: &usize| axes.contains(axis);
    let mut result: Vec<usize> = Vec::new();
    for (axis, length) in shape.iter().enumerate() {
        if !goes(&axis) {
            result.push(*length);
        } else if keep {
            result.push(1);
        }
    }
    let first = axes.first().copied().unwrap_or(0);
    let is_contiguous = axes.windows(2).all(|pair| pair[1] == pair[0] + 1);
    if is_contiguous {
        return Ok((edge, Rows::over(&shape, first, first + axes.len(), keep), result));
    }
    let order: Vec<usize> = (0..shape.len()).filter(|axis| !goes(axis)).chain(axes.iter().copied()).collect();
    let moved = node.transpose(edge, &order)?;
    let shape = node.shape(moved).to_vec();
    let rows = Rows::over(&shape, shape.len() - axes.len(), shape.len(), false);
    Ok((moved, rows, result))
}

/// Adds the sums over some axes.
pub(crate) fn sum_over(node: &mut Lowering<'_>, edge: EdgeId, axes: &[usize], keep: bool) -> Result<EdgeId> {
    if axes.is_empty() {
        return Ok(edge);
    }
    let (edge, rows, shape) = gathered(node, edge, axes, keep)?;
    let sums = if rows.length == 1 { edge } else { node.add(Op::ReduceSum(rows), &[edge])? };
    node.reshape(sums, &shape)
}

/// Adds the largest values over some axes.
pub(crate) fn max_over(node: &mut Lowering<'_>, edge: EdgeId, axes: &[usize], keep: bool) -> Result<EdgeId> {
    if axes.is_empty() {
        return Ok(edge);
    }
    let (edge, rows, shape) = gathered(node, edge, axes, keep)?;
    let largest = if rows.length == 1 { edge } else { node.add(Op::ReduceMax(rows), &[edge])? };
    node.reshape(largest, &shape)
}

/// Adds the means over some axes.
pub(crate) fn mean_of(node: &mut Lowering<'_>, edge: EdgeId, axes: &[usize], keep: bool) -> Result<EdgeId> {
    let count: usize = axes.iter().map(|axis| node.shape(edge)[*axis]).product();
    let sums = sum_over(node, edge, axes, keep)?;
    #[expect(clippy::cast_precision_loss, reason = "an axis is far shorter than 2^52")]
    node.sum(&[(1.0 / count as f64, sums)], 0.0)
}

/// Adds the p-norms over some axes, for p of 1 or 2.
pub(crate) fn power_norm(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    axes: &[usize],
    keep: bool,
    p: i64,
) -> Result<EdgeId> {
    match p {
        1 => {
            let magnitudes = magnitude(node, edge)?;
            sum_over(node, magnitudes, axes, keep)
        }
        2 => {
            let squares = node.add(Op::Mul, &[edge, edge])?;
            let sums = sum_over(node, squares, axes, keep)?;
            node.add(Op::Sqrt, &[sums])
        }
        _ => Err(node.attributes.unsupported("p", p, "1 or 2")),
    }
}

pub(crate) fn reduce(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let axes = axes(node, node.shape(edge).len())?;
    let keep = node.attributes.int("keepdims", 1)? != 0;
    if node.shape(edge).contains(&0) {
        return Err(node.fail("its input has no elements"));
    }
    let result = match node.operator() {
        "ReduceSum" => sum_over(node, edge, &axes, keep)?,
        "ReduceMean" => mean_of(node, edge, &axes, keep)?,
        "ReduceMax" => max_over(node, edge, &axes, keep)?,
        "ReduceMin" => {
            let negated = node.sum(&[(-1.0, edge)], 0.0)?;
            let largest = max_over(node, negated, &axes, keep)?;
            node.sum(&[(-1.0, largest)], 0.0)?
        }
        "ReduceSumSquare" => {
            let squares = node.add(Op::Mul, &[edge, edge])?;
            sum_over(node, squares, &axes, keep)?
        }
        "ReduceL1" => power_norm(node, edge, &axes, keep, 1)?,
        "ReduceL2" => power_norm(node, edge, &axes, keep, 2)?,
        "ReduceProd" => product_over(node, edge, &axes, keep)?,
        "ReduceLogSum" => {
            let sums = sum_over(node, edge, &axes, keep)?;
            node.add(Op::Function(super::Function::Log), &[sums])?
        }
        _ => super::softmax::log_sum_exp(node, edge, &axes, keep)?,
    };
    Ok(vec![if result == edge { node.add(Op::Identity, &[edge])? } else { result }])
}

fn product_over(node: &mut Lowering<'_>, edge: EdgeId, axes: &[usize], keep: bool) -> Result<EdgeId> {
    if axes.is_empty() {
        return Ok(edge);
    }
    let (edge, rows, shape) = gathered(node, edge, axes, keep)?;
    let flat = node.reshape(edge, &[rows.outer, rows.length, rows.inner])?;
    let mut product = part(node, flat, 1, 0, 1)?;
    for at in 1..rows.length {
        let next = part(node, flat, 1, at, at + 1)?;
        product = node.add(Op::Mul, &[product, next])?;
    }
    node.reshape(product, &shape)
}

/// `ArgMax` and `ArgMin`.
pub(crate) fn arg_max(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let mut edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let axis = node.axis(node.attributes.int("axis", 0)?, shape.len())?;
    let keep = node.attributes.int("keepdims", 1)? != 0;
    let is_last = node.attributes.int("select_last_index", 0)? != 0;
    if node.operator() == "ArgMin" {
        edge = node.sum(&[(-1.0, edge)], 0.0)?;
    }
    if is_last {
        let mut turned = super::wiring::positions(&shape);
        turned.invert_axis(ndarray::Axis(axis));
        edge = node.add(Op::Wire(Wire::of(&turned)), &[edge])?;
    }
    let rows = Rows::over(&shape, axis, axis + 1, keep);
    let at = node.add(Op::ArgMax(rows), &[edge])?;
    #[expect(clippy::cast_precision_loss, reason = "an axis is far shorter than 2^52")]
    let most = shape[axis].saturating_sub(1) as f64;
    Ok(vec![if is_last { node.sum(&[(-1.0, at)], most)? } else { at }])
}

/// `Hardmax`: a one where `ArgMax` points, else zeros.
pub(crate) fn hardmax(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let rows = super::softmax::rows(node, &shape)?;
    let at = node.add(Op::ArgMax(Rows { shape: vec![rows.outer, rows.inner], ..rows.clone() }), &[edge])?;
    let bits = super::index::one_hot(node, at, rows.length)?;
    let moved = node.transpose(bits, &[0, 2, 1])?;
    Ok(vec![node.reshape(moved, &shape)?])
}

/// `CumSum` along a constant axis.
pub(crate) fn cum_sum(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let axis = node.ints(1, "axis")?.and_then(|list| axis_of(*list.first()?, shape.len()));
    let Some(axis) = axis else {
        return Err(node.fail(&format!("its input `axis` does not fit shape {shape:?}")));
    };
    let is_reverse = node.attributes.int("reverse", 0)? != 0;
    let is_exclusive = node.attributes.int("exclusive", 0)? != 0;
    let rows = Rows::over(&shape, axis, axis + 1, true);
    // Row by row: all values of the axis, those that do not count as zeros.
    let mut wide = shape.clone();
    wide.push(rows.length);
    let Some(count) = elements(&wide) else {
        return Err(node.fail(&format!("its sums of shape {shape:?} have too many values")));
    };
    let mut sources = Vec::with_capacity(count);
    for position in 0..shape.iter().product() {
        let at = position / rows.inner % rows.length;
        let first = position - at * rows.inner;
        for other in 0..rows.length {
            let before = if is_reverse { other > at } else { other < at };
            let counts = before || (other == at && !is_exclusive);
            let element = Source::Element(0, first + other * rows.inner);
            sources.push(if counts { element } else { Source::Constant(0.0) });
        }
    }
    let last = wide.len() - 1;
    let wired = node.add(Op::Wire(Wire { shape: wide, sources }), &[edge])?;
    Ok(vec![sum_over(node, wired, &[last], false)?])
}
