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
pub(crate) fn hard_sigmoid_of(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    alpha: f64,
    beta: f64,
) -> Result<EdgeId> {
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
        "Tan" => Function::Tan,
        "Asin" => Function::Asin,
        "Acos" => Function::Acos,
        "Atan" => Function::Atan,
        "Sinh" => Function::Sinh,
        "Cosh" => Function::Cosh,
        "Asinh" => Function::Asinh,
        "Acosh" => Function::Acosh,
        "Atanh" => Function::Atanh,
        other => return Err(node.fail(&format!("`{other}` is not a function of one value"))),
    };
    let edge = node.edge(0)?;
    // What the model clips just above zero may be zero at a scale.
    let function = match (function, least_of(node, edge)) {
        (Function::Log, Some(least)) if least > 0.0 => Function::LogAbove(least),
        (function, _) => function,
    };
    Ok(vec![node.add(Op::Function(function), &[edge])?])
}

/// Returns the bound below which the model clips an edge.
fn least_of(node: &Lowering<'_>, edge: EdgeId) -> Option<f64> {
    let made_by = |edge: EdgeId| node.graph.nodes.iter().rfind(|node| node.output == edge);
    let made = made_by(edge)?;
    let Op::Sum { coefficients, constant } = &made.op else {
        return None;
    };
    match (&coefficients[..], &made.inputs[..]) {
        // max(x - low, 0) + low
        ([1.0], [input]) if made_by(*input)?.op == Op::Relu => Some(*constant),
        // x - max(x - high, 0)
        ([1.0, -1.0], [input, excess]) if *constant == 0.0 => {
            let excess = made_by(*excess).filter(|node| node.op == Op::Relu)?;
            let above = made_by(*excess.inputs.first()?)?;
            let Op::Sum { coefficients, constant } = &above.op else {
                return None;
            };
            let is_excess = coefficients[..] == [1.0] && above.inputs[..] == [*input];
            Some(least_of(node, *input).filter(|_| is_excess)?.min(-constant))
        }
        _ => None,
    }
}
