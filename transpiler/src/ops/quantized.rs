//! Models that are quantized already: `QuantizeLinear`, `DequantizeLinear`, the `QLinear` and the `Integer` forms.
//!
//! What ONNX rounds to the nearest even integer is rounded up at a half here.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html> and its neighbours.

use ndarray::ArrayD;

use super::elementwise::scaled;
use super::gemm::{mat_mul_edges, with_matrix};
use super::{Affine, Argument, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{Constant, flat};

/// Returns whether integers of a data type are signed, and their bits.
fn kind(node: &Lowering<'_>) -> Result<(bool, u32)> {
    match node.attributes.int("output_dtype", 0)? {
        0 | 2 => Ok((false, 8)),
        3 => Ok((true, 8)),
        4 => Ok((false, 16)),
        5 => Ok((true, 16)),
        21 => Ok((false, 4)),
        22 => Ok((true, 4)),
        other => Err(node.attributes.unsupported("output_dtype", other, "integers of 4, 8 or 16 bits")),
    }
}

/// Returns constants along an axis in the shape in which they broadcast to an input.
fn along(node: &Lowering<'_>, values: &ArrayD<f64>, shape: &[usize], axis: i64) -> Result<ArrayD<f64>> {
    if values.len() == 1 {
        return Ok(ArrayD::from_elem(vec![], values.iter().copied().next().unwrap_or(1.0)));
    }
    let axis = node.axis(axis, shape.len())?;
    if values.ndim() != 1 || values.len() != shape[axis] {
        let reason = format!(
            "scales of shape {:?} are not supported, expected one, or one for each of axis {axis}",
            values.shape()
        );
        return Err(node.fail(&reason));
    }
    let mut wide = vec![1; shape.len()];
    wide[axis] = values.len();
    Ok(crate::tensor::array(&wide, flat(values)).expect("as many values"))
}

/// Adds `edge + values`.
fn moved(node: &mut Lowering<'_>, edge: EdgeId, values: &ArrayD<f64>) -> Result<EdgeId> {
    match flat(values)[..] {
        [0.0] => Ok(edge),
        [value] => node.sum(&[(1.0, edge)], value),
        _ => {
            let affine = Affine::of(node.shape(edge), None, Some(values));
            node.add(Op::Affine(affine), &[edge])
        }
    }
}

/// Adds the product with factors that are far from one, say: their size moves the scale, which is exact.
fn resized(node: &mut Lowering<'_>, edge: EdgeId, factors: &ArrayD<f64>) -> Result<EdgeId> {
    let size = factors.iter().copied().fold(0.0, |size: f64, factor| size.max(factor.abs()));
    if !(size.is_finite() && factors.iter().all(|factor| *factor > 0.0)) {
        return Err(node.fail("its scales are not all above zero"));
    }
    let edge = node.sum(&[(size, edge)], 0.0)?;
    if factors.len() == 1 { Ok(edge) } else { scaled(node, edge, &factors.mapv(|factor| factor / size)) }
}

/// Adds `saturate(round(edge) + zero)`.
fn saturated(node: &mut Lowering<'_>, edge: EdgeId, zero: &ArrayD<f64>) -> Result<EdgeId> {
    let (is_signed, bits) = kind(node)?;
    let rounded = node.add(Op::Round, &[edge])?;
    // Saturation is to signed integers.
    let middle = if is_signed { 0.0 } else { f64::from(1u32 << (bits - 1)) };
    let centred = moved(node, rounded, &zero.mapv(|zero| zero - middle))?;
    let kept = node.add(Op::Saturate { bits: bits.into() }, &[centred])?;
    if middle == 0.0 { Ok(kept) } else { node.sum(&[(1.0, kept)], middle) }
}

/// Returns an optional constant, zero when it is left out.
fn or_zero(node: &Lowering<'_>, position: usize, name: &str) -> Result<ArrayD<f64>> {
    Ok(node.optional(position, name)?.unwrap_or_else(|| ArrayD::zeros(vec![])))
}

pub(crate) fn quantize(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let axis = node.attributes.int("axis", 1)?;
    let scale = along(node, &node.constant(1, "y_scale")?, &shape, axis)?;
    let zero = along(node, &or_zero(node, 2, "y_zero_point")?, &shape, axis)?;
    let edge = resized(node, edge, &scale.mapv(f64::recip))?;
    Ok(vec![saturated(node, edge, &zero)?])
}

pub(crate) fn dequantize(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let axis = node.attributes.int("axis", 1)?;
    let scale = along(node, &node.constant(1, "x_scale")?, &shape, axis)?;
    let zero = along(node, &or_zero(node, 2, "x_zero_point")?, &shape, axis)?;
    let edge = moved(node, edge, &zero.mapv(|zero| -zero))?;
    Ok(vec![resized(node, edge, &scale)?])
}

/// Returns an input less its zero point, which may depend on the model's input.
fn without_zero_point(node: &mut Lowering<'_>, position: usize, zero: usize, axis: i64) -> Result<Argument> {
    if let Some(Argument::Edge(zero)) = node.arguments.get(zero).cloned() {
        let edge = node.edge(position)?;
        let count: usize = node.shape(zero).iter().product();
        if count != 1 {
            return Err(node.fail("its zero point depends on the model's input, and is not one number"));
        }
        let zero = node.reshape(zero, &[])?;
        return Ok(Argument::Edge(node.sum(&[(1.0, edge), (-1.0, zero)], 0.0)?));
    }
    let shape = node.shape_at(position)?;
    let zero = along(node, &or_zero(node, zero, "zero_point")?, &shape, axis)?;
    Ok(match node.arguments.get(position).cloned() {
        Some(Argument::Constant(constant)) => {
            Argument::Constant(Constant::Float(&constant.to_float() - &zero))
        }
        _ => {
            let edge = node.edge(position)?;
            Argument::Edge(moved(node, edge, &zero.mapv(|zero| -zero))?)
        }
    })
}

/// Puts the integers less their zero point in place of a node's first two inputs.
fn without_zero_points(
    node: &mut Lowering<'_>,
    [left, right]: [usize; 2],
    zeros: [usize; 2],
    right_axis: i64,
) -> Result<[Argument; 2]> {
    // The product is of an edge, also where the left integers are known.
    let left = match without_zero_point(node, left, zeros[0], -2)? {
        Argument::Constant(constant) => Argument::Edge(node.parameter(constant.to_float())?),
        other => other,
    };
    Ok([left, without_zero_point(node, right, zeros[1], right_axis)?])
}

/// Adds a convolution of integers.
fn convolution(node: &mut Lowering<'_>, inputs: [Argument; 2], bias: Argument) -> Result<EdgeId> {
    let [edge, weights] = inputs;
    node.arguments = vec![edge, weights, bias];
    let outputs = super::conv::conv(node)?;
    outputs.first().copied().ok_or_else(|| node.fail("has no output"))
}

/// Adds a product of matrices of integers.
fn product(node: &mut Lowering<'_>, inputs: [Argument; 2]) -> Result<EdgeId> {
    let [left, right] = inputs;
    let Argument::Edge(edge) = left else {
        return Err(node.fail("its first input is a constant"));
    };
    match right {
        Argument::Constant(constant) if constant.shape().len() == 2 => {
            with_matrix(node, edge, &constant.to_float().reversed_axes())
        }
        Argument::Constant(constant) => {
            let other = node.parameter(constant.to_float())?;
            mat_mul_edges(node, edge, other)
        }
        Argument::Edge(other) => mat_mul_edges(node, edge, other),
        Argument::Absent => Err(node.fail("its second input is missing")),
    }
}

pub(crate) fn integer(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let is_conv = node.operator() == "ConvInteger";
    let inputs = without_zero_points(node, [0, 1], [2, 3], if is_conv { 0 } else { -1 })?;
    Ok(vec![if is_conv { convolution(node, inputs, Argument::Absent)? } else { product(node, inputs)? }])
}

/// `QLinearConv` and `QLinearMatMul`.
pub(crate) fn q_linear(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let is_conv = node.operator() == "QLinearConv";
    let scalar = |position: usize, name: &str| -> Result<f64> {
        node.scalar(position, name)?.ok_or_else(|| node.fail(&format!("its input `{name}` is missing")))
    };
    let (x_scale, y_scale) = (scalar(1, "x_scale")?, scalar(6, "y_scale")?);
    let w_scale = node.constant(4, "w_scale")?;
    let zero = or_zero(node, 7, "y_zero_point")?;
    let bias = node.arguments.get(8).cloned().unwrap_or(Argument::Absent);
    let inputs = without_zero_points(node, [0, 3], [2, 5], if is_conv { 0 } else { -1 })?;
    let sums = if is_conv { convolution(node, inputs, bias)? } else { product(node, inputs)? };
    let shape = node.shape(sums).to_vec();
    let factors = along(node, &w_scale, &shape, if is_conv { 1 } else { -1 })?;
    let sums = resized(node, sums, &factors.mapv(|w_scale| x_scale * w_scale / y_scale))?;
    Ok(vec![saturated(node, sums, &zero)?])
}

/// `DynamicQuantizeLinear`: integers of 8 bits whose scale and zero point follow from the least and the largest value.
///
/// Values that are all zero have no scale, and are not proven.
pub(crate) fn dynamic(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let (integers, scale, zero) = dynamically(node, edge)?;
    Ok(vec![integers, scale, zero])
}

/// Adds the integers of `DynamicQuantizeLinear`, their scale and their zero point.
fn dynamically(node: &mut Lowering<'_>, edge: EdgeId) -> Result<(EdgeId, EdgeId, EdgeId)> {
    let rank = node.shape(edge).len();
    let axes: Vec<usize> = (0..rank).collect();
    let most = super::reduce::max_over(node, edge, &axes, false)?;
    let turned = node.sum(&[(-1.0, edge)], 0.0)?;
    let least = super::reduce::max_over(node, turned, &axes, false)?;
    let (above, below) = (node.relu(most)?, node.relu(least)?);
    let span = node.sum(&[(1.0, above), (1.0, below)], 0.0)?;
    let span = node.add(Op::Positive, &[span])?;
    let scale = node.sum(&[(1.0 / 255.0, span)], 0.0)?;
    let inverse = node.add(Op::Reciprocal, &[span])?;
    let unsigned = |node: &mut Lowering<'_>, value: EdgeId| {
        let centred = node.sum(&[(1.0, value)], -128.0)?;
        let kept = node.add(Op::Saturate { bits: 8 }, &[centred])?;
        node.sum(&[(1.0, kept)], 128.0)
    };
    let mut rounded = Vec::new();
    for value in [below, edge] {
        let part = node.mul(value, inverse)?;
        // No value is further from zero than the span is long, up to rounding.
        let part = node.add(Op::Bounded { low: -2.0, high: 2.0 }, &[part])?;
        let part = node.sum(&[(255.0, part)], 0.0)?;
        rounded.push(node.add(Op::Round, &[part])?);
    }
    let zero = unsigned(node, rounded[0])?;
    let moved = node.sum(&[(1.0, rounded[1]), (1.0, zero)], 0.0)?;
    Ok((unsigned(node, moved)?, scale, zero))
}

/// `MatMulIntegerToFloat` and `DynamicQuantizeMatMul` of onnxruntime: real numbers from a product of integers.
pub(crate) fn to_float(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let is_dynamic = node.operator() == "DynamicQuantizeMatMul";
    let [right_scale, right_zero, bias] = if is_dynamic { [2, 3, 4] } else { [3, 5, 6] };
    let (left, scale) = if is_dynamic {
        let edge = node.edge(0)?;
        let (integers, scale, zero) = dynamically(node, edge)?;
        (Argument::Edge(node.sum(&[(1.0, integers), (-1.0, zero)], 0.0)?), scale)
    } else {
        let left = without_zero_point(node, 0, 4, -2)?;
        (left, node.edge(2)?)
    };
    let right = without_zero_point(node, 1, right_zero, -1)?;
    let factors = node.constant(right_scale, "b_scale")?;
    let bias = node.optional(bias, "bias")?;
    let left = match left {
        Argument::Constant(constant) => Argument::Edge(node.parameter(constant.to_float())?),
        other => other,
    };
    let sums = product(node, [left, right])?;
    let shape = node.shape(sums).to_vec();
    let factors = along(node, &factors, &shape, -1)?;
    let sums = resized(node, sums, &factors)?;
    let result = node.mul(sums, scale)?;
    Ok(vec![match bias {
        None => result,
        Some(bias) => moved(node, result, &bias)?,
    }])
}

/// `QGemm` of onnxruntime.
pub(crate) fn q_gemm(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let attributes = node.attributes;
    let a_scale = node.scalar(1, "a_scale")?.ok_or_else(|| node.fail("its input `a_scale` is missing"))?;
    let b_scale = node.constant(4, "b_scale")?;
    let y_scale = node.scalar(7, "y_scale")?;
    let zero = or_zero(node, 8, "y_zero_point")?;
    let bias = node.optional(6, "C")?;
    let alpha = attributes.float("alpha", 1.0)?;
    let [left, mut right] = without_zero_points(node, [0, 3], [2, 5], -1)?;
    let Argument::Edge(mut edge) = left else {
        return Err(node.fail("its first input is a constant"));
    };
    if attributes.int("transA", 0)? != 0 {
        edge = node.transpose(edge, &[1, 0])?;
    }
    if attributes.int("transB", 0)? != 0 {
        right = match right {
            Argument::Constant(constant) => Argument::Constant(Constant::Float(
                constant.to_float().reversed_axes().as_standard_layout().into_owned(),
            )),
            Argument::Edge(edge) => Argument::Edge(node.transpose(edge, &[1, 0])?),
            Argument::Absent => Argument::Absent,
        };
    }
    let mut sums = product(node, [Argument::Edge(edge), right])?;
    if let Some(bias) = bias {
        sums = moved(node, sums, &bias)?;
    }
    let shape = node.shape(sums).to_vec();
    let factors = along(node, &b_scale, &shape, -1)?.mapv(|scale| alpha * a_scale * scale);
    Ok(vec![match y_scale {
        None => resized(node, sums, &factors)?,
        Some(y_scale) => {
            let sums = resized(node, sums, &factors.mapv(|factor| factor / y_scale))?;
            saturated(node, sums, &zero)?
        }
    }])
}

/// `QLinearAdd` and `QLinearMul` of onnxruntime.
pub(crate) fn q_linear_of_two(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let mut values = Vec::new();
    for (position, name) in [(0, "A_scale"), (3, "B_scale")] {
        let scale = node.constant(position + 1, name)?;
        let value = match without_zero_point(node, position, position + 2, -1)? {
            Argument::Constant(constant) => node.parameter(constant.to_float())?,
            Argument::Edge(edge) => edge,
            Argument::Absent => return Err(node.fail("has an input that is missing")),
        };
        values.push(resized(node, value, &scale)?);
    }
    let scale = node.constant(6, "C_scale")?;
    let zero = or_zero(node, 7, "C_zero_point")?;
    let result = if node.operator() == "QLinearAdd" {
        node.sum(&[(1.0, values[0]), (1.0, values[1])], 0.0)?
    } else {
        node.mul(values[0], values[1])?
    };
    let result = resized(node, result, &scale.mapv(f64::recip))?;
    Ok(vec![saturated(node, result, &zero)?])
}
