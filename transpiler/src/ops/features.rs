//! Preparation of features of `ai.onnx.ml`: `ArrayFeatureExtractor`, `Binarizer`, `FeatureVectorizer`, `Imputer`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_ArrayFeatureExtractor.html> and its neighbours.

use super::category::looked_up;
use super::wiring::{Wire, joined, positions};
use super::{Argument, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::onnx::Attribute;
use crate::tensor::flat;

/// `ArrayFeatureExtractor`: columns of the last axis, or entries of a constant list at positions that depend on the input.
///
/// A list of strings stands for its positions; what is extracted has them as its names.
pub(crate) fn extractor(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let names = match node.attributes.get(Attribute::NAMES) {
        Some(Attribute::Texts(names)) => Some(names.clone()),
        _ => None,
    };
    let columns = match node.arguments.get(1) {
        Some(Argument::Constant(constant)) => Some(constant.as_ints()),
        _ => None,
    };
    if let Some(columns) = columns {
        let columns = columns.ok_or_else(|| node.fail("its input `Y` is not a list of integers"))?;
        let edge = node.edge(0)?;
        let shape = node.shape(edge).to_vec();
        let length = shape.last().copied().unwrap_or(0);
        let rows: Option<Vec<usize>> = columns
            .iter()
            .map(|column| usize::try_from(*column).ok().filter(|column| *column < length))
            .collect();
        let Some(rows) = rows.filter(|rows| !rows.is_empty()) else {
            return Err(node.fail(&format!("columns {columns:?} are not among {length}")));
        };
        let all = positions(&shape);
        let picked = all.select(ndarray::Axis(shape.len() - 1), &rows);
        // A list has one row.
        let picked = if shape.len() == 1 { picked.insert_axis(ndarray::Axis(0)) } else { picked };
        return Ok(vec![node.add(Op::Wire(Wire::of(&picked)), &[edge])?]);
    }
    let Some(Argument::Constant(table)) = node.arguments.first().cloned() else {
        return Err(node.fail("both of its inputs depend on the model's input, which is not supported"));
    };
    let length = table.shape().last().copied().unwrap_or(0);
    let table = flat(&table.to_float());
    if table.len() != length || length == 0 {
        return Err(
            node.fail(&format!("a list of {} values is not supported, expected one row", table.len()))
        );
    }
    let at = node.edge(1)?;
    let count = node.shape(at).iter().product();
    let at = node.reshape(at, &[1, count])?;
    let found = looked_up(node, at, &table)?;
    node.graph.edges[found.0].labels = names;
    Ok(vec![found])
}

/// `Binarizer`: one above a threshold, else zero.
pub(crate) fn binarizer(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let threshold = node.attributes.float("threshold", 0.0)?;
    let edge = node.edge(0)?;
    let below = node.sum(&[(-1.0, edge)], threshold)?;
    let below = node.add(Op::IsNonNegative, &[below])?;
    Ok(vec![node.sum(&[(-1.0, below)], 1.0)?])
}

/// `FeatureVectorizer`: the inputs' rows one after the other.
pub(crate) fn vectorizer(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let mut edges = Vec::new();
    for position in 0..node.arguments.len() {
        let edge = node.edge(position)?;
        let count = node.shape(edge).iter().product();
        edges.push(match node.shape(edge) {
            [_] => node.reshape(edge, &[1, count])?,
            [_, _] => edge,
            shape => {
                let reason = format!("its input {position} has shape {shape:?}, expected [rows, features]");
                return Err(node.fail(&reason));
            }
        });
    }
    if edges.is_empty() {
        return Err(node.fail("has no inputs"));
    }
    let joined = joined(node, &edges, 1)?;
    Ok(vec![node.add(Op::Identity, &[joined])?])
}

/// `Imputer`: what is missing becomes what stands for it. An input of a proof is never NaN.
pub(crate) fn imputer(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let missing =
        match (node.attributes.get("replaced_value_float"), node.attributes.get("replaced_value_int64")) {
            (Some(Attribute::Float(value)), _) => *value,
            #[expect(clippy::cast_precision_loss, reason = "it stands for what is missing")]
            (None, Some(Attribute::Int(value))) => *value as f64,
            _ => 0.0,
        };
    if missing.is_nan() {
        return Ok(vec![node.add(Op::Identity, &[edge])?]);
    }
    if !missing.is_finite() {
        return Err(node.attributes.unsupported("replaced_value_float", missing, "a finite number or NaN"));
    }
    #[expect(clippy::cast_precision_loss, reason = "values of features")]
    let values: Vec<f64> = match node.attributes.floats("imputed_value_floats")? {
        Some(values) => values,
        None => node
            .attributes
            .ints("imputed_value_int64s")?
            .unwrap_or_default()
            .into_iter()
            .map(|v| v as f64)
            .collect(),
    };
    let length = node.shape(edge).last().copied().unwrap_or(0);
    if values.is_empty() || (values.len() != 1 && values.len() != length) {
        let reason = format!("{} imputed values do not fit {length} features", values.len());
        return Err(node.fail(&reason));
    }
    let excess = node.sum(&[(1.0, edge)], -missing)?;
    let is_missing = node.add(Op::IsZero, &[excess])?;
    let moves: Vec<f64> = values.iter().map(|value| value - missing).collect();
    let moves = ndarray::ArrayD::from_shape_vec(vec![moves.len()], moves).expect("one axis");
    let moved = super::elementwise::scaled(node, is_missing, &moves)?;
    Ok(vec![node.sum(&[(1.0, edge), (1.0, moved)], 0.0)?])
}
