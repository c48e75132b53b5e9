//! Operators of onnxruntime's own domain, `com.microsoft`, which its optimizer and quantizer put in place of ONNX' own.
//!
//! Source: <https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md>.

use super::activation::hard_sigmoid_of;
use super::elementwise::limited;
use super::normalization::{Normalized, normalized, with_parameters};
use super::{Argument, Function, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::Constant;

/// The operators of the domain that are supported; others of it may be different from ONNX' of the same name.
pub(crate) const OPERATORS: &[&str] = &[
    "BiasGelu",
    "DequantizeLinear",
    "DynamicQuantizeMatMul",
    "FastGelu",
    "FusedConv",
    "FusedGemm",
    "FusedMatMul",
    "Gelu",
    "MatMulIntegerToFloat",
    "QGemm",
    "QLinearAdd",
    "QLinearMul",
    "QuantizeLinear",
    "QuickGelu",
    "SimplifiedLayerNormalization",
    "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization",
];

/// `FusedConv` and `FusedGemm`: the layer and what bends its outputs.
pub(crate) fn fused(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let is_conv = node.operator() == "FusedConv";
    if is_conv && node.has(3) {
        return Err(node.fail("its input `Z` is not supported"));
    }
    let attributes = node.attributes;
    let outputs = if is_conv { super::conv::conv(node)? } else { super::gemm::gemm(node)? };
    let [edge] = outputs[..] else {
        return Err(node.fail("has no output"));
    };
    let listed = attributes.floats("activation_params")?.unwrap_or_default();
    let parameter = |position: usize, name: &str, default: f64| match listed.get(position) {
        Some(value) => Ok(*value),
        None => attributes.float(name, default),
    };
    let result = match attributes.text("activation")?.unwrap_or("") {
        "" => edge,
        "Relu" => node.relu(edge)?,
        "LeakyRelu" => {
            let slope = parameter(0, "activation_alpha", 0.01)?;
            let positive = node.relu(edge)?;
            node.sum(&[(slope, edge), (1.0 - slope, positive)], 0.0)?
        }
        "Clip" => {
            let (low, high) =
                (parameter(0, "activation_alpha", -1e30)?, parameter(1, "activation_beta", 1e30)?);
            let bound = |value: f64| Some(value).filter(|value| value.abs() < 1e30);
            limited(node, edge, bound(low), bound(high))?
        }
        "HardSigmoid" => {
            let (alpha, beta) =
                (parameter(0, "activation_alpha", 0.2)?, parameter(1, "activation_beta", 0.5)?);
            hard_sigmoid_of(node, edge, alpha, beta)?
        }
        "Sigmoid" => node.add(Op::Function(Function::Sigmoid), &[edge])?,
        "Tanh" => node.add(Op::Function(Function::Tanh), &[edge])?,
        other => {
            let expected = "Relu, LeakyRelu, Clip, HardSigmoid, Sigmoid or Tanh";
            return Err(attributes.unsupported("activation", other, expected));
        }
    };
    Ok(vec![result])
}

/// Returns an input with its last two axes exchanged.
fn turned(node: &mut Lowering<'_>, position: usize) -> Result<Argument> {
    let rank = node.shape_at(position)?.len();
    if rank < 2 {
        return Err(node.fail("has an input of fewer than two axes to transpose"));
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 2, rank - 1);
    match node.arguments.get(position).cloned() {
        Some(Argument::Constant(constant)) => {
            let values = constant.to_float().permuted_axes(order).as_standard_layout().into_owned();
            Ok(Argument::Constant(Constant::Float(values)))
        }
        _ => {
            let edge = node.edge(position)?;
            Ok(Argument::Edge(node.transpose(edge, &order)?))
        }
    }
}

/// `FusedMatMul`: alpha * A * B, either turned before.
pub(crate) fn mat_mul(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let attributes = node.attributes;
    for name in ["transBatchA", "transBatchB"] {
        if attributes.int(name, 0)? != 0 {
            return Err(attributes.unsupported(name, 1, "0"));
        }
    }
    for (position, name) in ["transA", "transB"].into_iter().enumerate() {
        if attributes.int(name, 0)? != 0 {
            let argument = turned(node, position)?;
            node.arguments[position] = argument;
        }
    }
    let alpha = attributes.float("alpha", 1.0)?;
    let outputs = super::gemm::mat_mul(node)?;
    outputs
        .into_iter()
        .map(|edge| if alpha == 1.0 { Ok(edge) } else { node.sum(&[(alpha, edge)], 0.0) })
        .collect()
}

/// `BiasGelu`, `FastGelu` and `QuickGelu`.
pub(crate) fn gelu(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let function = match node.operator() {
        "BiasGelu" => Function::Gelu,
        "FastGelu" => Function::GeluTanh,
        _ => Function::Swish(node.attributes.float("alpha", 1.702)?),
    };
    let edge = if node.has(1) {
        let outputs = super::elementwise::add(node)?;
        outputs.first().copied().ok_or_else(|| node.fail("has no output"))?
    } else {
        node.edge(0)?
    };
    Ok(vec![node.add(Op::Function(function), &[edge])?])
}

/// `SkipLayerNormalization`, `SkipSimplifiedLayerNormalization`, `SimplifiedLayerNormalization`.
pub(crate) fn layer_norm(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let (has_skip, centred) = match node.operator() {
        "SkipLayerNormalization" => (true, true),
        "SkipSimplifiedLayerNormalization" => (true, false),
        _ => (false, false),
    };
    let mut edge = node.edge(0)?;
    if has_skip {
        let mut terms = vec![(1.0, edge), (1.0, node.edge(1)?)];
        let bias = if centred { 4 } else { 3 };
        if node.has(bias) {
            terms.push((1.0, node.edge(bias)?));
        }
        edge = node.sum(&terms, 0.0)?;
    }
    let rank = node.shape(edge).len();
    let axis = node.axis(node.attributes.int("axis", -1)?, rank)?;
    let epsilon = node.attributes.float("epsilon", if has_skip { 1e-12 } else { 1e-5 })?;
    let axes: Vec<usize> = (axis..rank).collect();
    let Normalized { values, mean, inverse } = normalized(node, edge, &axes, centred, epsilon)?;
    let at = if has_skip { 2 } else { 1 };
    let gamma = node.optional(at, "gamma")?;
    let beta = if centred { node.optional(at + 1, "beta")? } else { None };
    let result = with_parameters(node, values, gamma.as_ref(), beta.as_ref())?;
    if !has_skip {
        return Ok(vec![result, inverse]);
    }
    Ok(vec![result, mean.unwrap_or(inverse), inverse, edge])
}
