//! Activations: straight pieces from rectified values, the others from tables.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__LeakyRelu.html> and its neighbours.

use super::elementwise::{limited, scaled};
use super::{Function, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;

pub(crate) fn relu(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    Ok(vec![node.relu(edge)?])
}

/// `LeakyRelu` with a constant slope: slope * x + (1 - slope) * relu(x).
pub(crate) fn leaky_relu(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let slope = node.attributes.float("alpha", 0.01)?;
    let edge = node.edge(0)?;
    let positive = node.relu(edge)?;
    Ok(vec![node.sum(&[(slope, edge), (1.0 - slope, positive)], 0.0)?])
}

/// `PRelu`: relu(x) - slope * relu(-x).
pub(crate) fn p_relu(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let slope = node.constant(1, "slope")?;
    let edge = node.edge(0)?;
    let positive = node.relu(edge)?;
    let negative = node.sum(&[(1.0, edge), (-1.0, positive)], 0.0)?;
    let negative = scaled(node, negative, &slope)?;
    Ok(vec![node.sum(&[(1.0, positive), (1.0, negative)], 0.0)?])
}

/// `ThresholdedRelu`: x where it is above a threshold, else zero.
pub(crate) fn thresholded_relu(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let threshold = node.attributes.float("alpha", 1.0)?;
    let edge = node.edge(0)?;
    let below = node.sum(&[(-1.0, edge)], threshold)?;
    let below = node.add(Op::IsNonNegative, &[below])?;
    let above = node.sum(&[(-1.0, below)], 1.0)?;
    Ok(vec![node.mul(above, edge)?])
}

/// Adds max(0, min(1, alpha * x + beta)).
fn hard_sigmoid_of(node: &mut Lowering<'_>, edge: EdgeId, alpha: f64, beta: f64) -> Result<EdgeId> {
    let line = node.sum(&[(alpha, edge)], beta)?;
    limited(node, line, Some(0.0), Some(1.0))
}

pub(crate) fn hard_sigmoid(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let (alpha, beta) = (node.attributes.float("alpha", 0.2)?, node.attributes.float("beta", 0.5)?);
    let edge = node.edge(0)?;
    Ok(vec![hard_sigmoid_of(node, edge, alpha, beta)?])
}

pub(crate) fn hard_swish(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let gate = hard_sigmoid_of(node, edge, 1.0 / 6.0, 0.5)?;
    Ok(vec![node.mul(edge, gate)?])
}

/// Functions by tables.
pub(crate) fn function(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let attributes = node.attributes;
    let function = match node.operator() {
        "Celu" => Function::Celu(attributes.float("alpha", 1.0)?),
        "Elu" => Function::Elu(attributes.float("alpha", 1.0)?),
        "Erf" => Function::Erf,
        "Exp" => Function::Exp,
        "Gelu" if attributes.text("approximate")? == Some("tanh") => Function::GeluTanh,
        "Gelu" => Function::Gelu,
        "Log" => Function::Log,
        "Mish" => Function::Mish,
        "Selu" => Function::Selu(
            attributes.float("alpha", 1.673_263_192_176_818_8)?,
            attributes.float("gamma", 1.050_700_902_938_842_8)?,
        ),
        "Sigmoid" => Function::Sigmoid,
        "Softplus" => Function::Softplus,
        "Softsign" => Function::Softsign,
        "Swish" => Function::Swish(attributes.float("alpha", 1.0)?),
        "Tanh" => Function::Tanh,
        "Sin" => Function::Sin,
        "Cos" => Function::Cos,
        other => return Err(node.fail(&format!("`{other}` is not a function of one value"))),
    };
    let edge = node.edge(0)?;
    Ok(vec![node.add(Op::Function(function), &[edge])?])
}
