//! Arithmetic of elements: `Add`, `Sub`, `Mul`, `Div`, `Pow`, `Max`, `Min`, `Clip`, `Abs` and their kin.
//!
//! Everything that bends is a sum of rectified values: max(a, b) = b + relu(a - b).
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Add.html> and its neighbours.

use super::affine::Affine;
use super::wiring::{Wire, positions};
use super::{Argument, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::flat;

/// Returns the wire that repeats a shape along axes of length one.
pub(crate) fn broadcast_wire(from: &[usize], to: &[usize]) -> Option<Wire> {
    let all = positions(from);
    let repeated = all.broadcast(to.to_vec())?;
    Some(Wire::of(&repeated.to_owned()))
}

/// `Add` and `Sub`.
pub(crate) fn add(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let sign = if node.operator() == "Sub" { -1.0 } else { 1.0 };
    match (node.arguments.first().cloned(), node.arguments.get(1).cloned()) {
        (Some(Argument::Edge(edge)), Some(Argument::Constant(constant))) => {
            let values = constant.to_float().mapv(|value| sign * value);
            offset(node, edge, 1.0, &values)
        }
        (Some(Argument::Constant(constant)), Some(Argument::Edge(edge))) => {
            offset(node, edge, sign, &constant.to_float())
        }
        _ => {
            let (left, right) = (node.edge(0)?, node.edge(1)?);
            Ok(vec![node.sum(&[(1.0, left), (sign, right)], 0.0)?])
        }
    }
}

/// Adds `sign * edge + values`.
fn offset(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    sign: f64,
    values: &ndarray::ArrayD<f64>,
) -> Result<Vec<EdgeId>> {
    let (edge, values) = aligned(node, edge, values)?;
    if let [value] = flat(&values)[..] {
        return Ok(vec![node.sum(&[(sign, edge)], value)?]);
    }
    let edge = if sign < 0.0 { node.sum(&[(sign, edge)], 0.0)? } else { edge };
    let affine = Affine::of(node.shape(edge), None, Some(&values));
    Ok(vec![node.add(Op::Affine(affine), &[edge])?])
}

/// Adds `edge * values`.
pub(crate) fn scaled(node: &mut Lowering<'_>, edge: EdgeId, values: &ndarray::ArrayD<f64>) -> Result<EdgeId> {
    let (edge, values) = aligned(node, edge, values)?;
    match flat(&values)[..] {
        [1.0] => Ok(edge),
        [value] => node.sum(&[(value, edge)], 0.0),
        _ => {
            let affine = Affine::of(node.shape(edge), Some(&values), None);
            node.add(Op::Affine(affine), &[edge])
        }
    }
}

/// Brings an edge to the common shape with a constant, which stays as it is.
fn aligned(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    values: &ndarray::ArrayD<f64>,
) -> Result<(EdgeId, ndarray::ArrayD<f64>)> {
    let shape = crate::fold::broadcast(node.shape(edge), values.shape()).ok_or_else(|| {
        let (left, right) = (node.shape(edge), values.shape());
        node.fail(&format!("shapes {left:?} and {right:?} do not fit together"))
    })?;
    Ok((node.expand(edge, &shape)?, values.clone()))
}

pub(crate) fn mul(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    match (node.arguments.first().cloned(), node.arguments.get(1).cloned()) {
        (Some(Argument::Edge(edge)), Some(Argument::Constant(constant)))
        | (Some(Argument::Constant(constant)), Some(Argument::Edge(edge))) => {
            Ok(vec![scaled(node, edge, &constant.to_float())?])
        }
        _ => {
            let (left, right) = (node.edge(0)?, node.edge(1)?);
            Ok(vec![node.mul(left, right)?])
        }
    }
}

pub(crate) fn div(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    if super::integer::are_integers(node) {
        return super::integer::div(node);
    }
    let left = node.arguments.first().cloned();
    if let (Some(Argument::Edge(edge)), Some(Argument::Constant(constant))) =
        (left, node.arguments.get(1).cloned())
    {
        let values = constant.to_float();
        if values.iter().any(|value| *value == 0.0) {
            return Err(node.fail("divides by zero"));
        }
        return Ok(vec![scaled(node, edge, &values.mapv(f64::recip))?]);
    }
    let right = node.edge(1)?;
    let inverse = node.add(Op::Reciprocal, &[right])?;
    match node.arguments.first().cloned() {
        Some(Argument::Constant(constant)) => Ok(vec![scaled(node, inverse, &constant.to_float())?]),
        _ => {
            let left = node.edge(0)?;
            Ok(vec![node.mul(left, inverse)?])
        }
    }
}

/// `Sum` and `Mean`.
pub(crate) fn sum_of_all(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edges = edges(node)?;
    #[expect(clippy::cast_precision_loss, reason = "a node has few inputs")]
    let factor = if node.operator() == "Mean" { 1.0 / edges.len() as f64 } else { 1.0 };
    let terms: Vec<(f64, EdgeId)> = edges.into_iter().map(|edge| (1.0, edge)).collect();
    let sum = node.sum(&terms, 0.0)?;
    Ok(vec![if factor == 1.0 { sum } else { node.sum(&[(factor, sum)], 0.0)? }])
}

fn edges(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edges: Vec<EdgeId> =
        (0..node.arguments.len()).map(|position| node.edge(position)).collect::<Result<_>>()?;
    if edges.is_empty() { Err(node.fail("has no inputs")) } else { Ok(edges) }
}

/// `Max` and `Min`.
pub(crate) fn extreme_of_all(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let is_max = node.operator() == "Max";
    let mut edges = edges(node)?.into_iter();
    let Some(mut best) = edges.next() else {
        return Err(node.fail("has no inputs"));
    };
    for other in edges {
        best = extreme(node, best, other, is_max)?;
    }
    Ok(vec![best])
}

/// Adds the larger or the smaller of two edges.
pub(crate) fn extreme(node: &mut Lowering<'_>, left: EdgeId, right: EdgeId, is_max: bool) -> Result<EdgeId> {
    let sign = if is_max { 1.0 } else { -1.0 };
    let excess = node.sum(&[(sign, left), (-sign, right)], 0.0)?;
    let excess = node.relu(excess)?;
    node.sum(&[(1.0, right), (sign, excess)], 0.0)
}

/// Adds a value limited to a range.
pub(crate) fn limited(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    low: Option<f64>,
    high: Option<f64>,
) -> Result<EdgeId> {
    let mut result = edge;
    if let Some(low) = low {
        let above = if low == 0.0 { result } else { node.sum(&[(1.0, result)], -low)? };
        let above = node.relu(above)?;
        result = if low == 0.0 { above } else { node.sum(&[(1.0, above)], low)? };
    }
    if let Some(high) = high {
        let excess = node.sum(&[(1.0, result)], -high)?;
        let excess = node.relu(excess)?;
        result = node.sum(&[(1.0, result), (-1.0, excess)], 0.0)?;
    }
    Ok(result)
}

pub(crate) fn clip(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let bound = |position: usize, name: &str| -> Result<Option<f64>> {
        let value = match node.scalar(position, name)? {
            Some(value) => Some(value),
            None if node.attributes.get(name).is_some() => Some(node.attributes.float(name, 0.0)?),
            None => None,
        };
        // The bounds of 32-bit numbers bound nothing.
        Ok(value.filter(|value| value.abs() < 1e30))
    };
    let (low, high) = (bound(1, "min")?, bound(2, "max")?);
    let edge = node.edge(0)?;
    Ok(vec![limited(node, edge, low, high)?])
}

pub(crate) fn neg(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    Ok(vec![node.sum(&[(-1.0, edge)], 0.0)?])
}

/// Adds `|edge|`.
pub(crate) fn magnitude(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    let positive = node.relu(edge)?;
    node.sum(&[(2.0, positive), (-1.0, edge)], 0.0)
}

pub(crate) fn abs(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    Ok(vec![magnitude(node, edge)?])
}

/// `Reciprocal` and `Sqrt`.
pub(crate) fn exact(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let op = if node.operator() == "Sqrt" { Op::Sqrt } else { Op::Reciprocal };
    Ok(vec![node.add(op, &[edge])?])
}

/// `Pow` by a constant that is an integer, a half, or minus one of them.
pub(crate) fn pow(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let Some(exponent) = node.scalar(1, "Y")? else {
        return Err(node.fail("its exponent is missing"));
    };
    let magnitude = exponent.abs();
    let power = if magnitude == 0.5 {
        node.add(Op::Sqrt, &[edge])?
    } else if magnitude.fract() == 0.0 && (1.0..=64.0).contains(&magnitude) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 64")]
        powered(node, edge, magnitude as u32)?
    } else {
        let reason = format!(
            "an exponent of {exponent} is not supported, expected 1/2 or an integer from 1 to 64, or minus one of them"
        );
        return Err(node.fail(&reason));
    };
    Ok(vec![if exponent < 0.0 { node.add(Op::Reciprocal, &[power])? } else { power }])
}

fn powered(node: &mut Lowering<'_>, edge: EdgeId, exponent: u32) -> Result<EdgeId> {
    match exponent {
        1 => Ok(edge),
        _ => {
            let half = powered(node, edge, exponent / 2)?;
            let square = node.add(Op::Mul, &[half, half])?;
            if exponent % 2 == 1 { node.add(Op::Mul, &[square, edge]) } else { Ok(square) }
        }
    }
}

/// `Identity`.
pub(crate) fn identity(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    Ok(vec![node.add(Op::Identity, &[edge])?])
}

/// `Dropout`, which drops nothing: what is proven is inference, also of a model that was exported for training.
pub(crate) fn dropout(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let mut outputs = vec![node.add(Op::Identity, &[edge])?];
    if node.attributes.node.outputs.len() > 1 {
        let shape = node.shape(edge).to_vec();
        let sources = vec![super::Source::Constant(1.0); shape.iter().product()];
        outputs.push(node.add(Op::Wire(Wire { shape, sources }), &[])?);
    }
    Ok(outputs)
}
