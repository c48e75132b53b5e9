//! Normalizations by statistics of the input: `LayerNormalization`, `InstanceNormalization`, `GroupNormalization`,
//! `RMSNormalization`, `LpNormalization`, `LRN`.
//!
//! (x - mean) / sqrt(variance + epsilon), with a square root and a division for each group of values.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__LayerNormalization.html> and its neighbours.

use ndarray::ArrayD;

use super::elementwise::scaled;
use super::reduce::{mean_of, power_norm, sum_over};
use super::wiring::{Source, Wire};
use super::{Affine, Function, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{array, elements, flat};

/// Normalized values, and what they were normalized by.
pub(crate) struct Normalized {
    pub(crate) values: EdgeId,
    pub(crate) mean: Option<EdgeId>,
    pub(crate) inverse: EdgeId,
}

/// Adds the values over the root of their mean square, the mean taken off before if asked.
pub(crate) fn normalized(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    axes: &[usize],
    centred: bool,
    epsilon: f64,
) -> Result<Normalized> {
    if epsilon <= 0.0 {
        return Err(node.attributes.unsupported("epsilon", epsilon, "a positive number"));
    }
    let mean = if centred { Some(mean_of(node, edge, axes, true)?) } else { None };
    let edge = match mean {
        Some(mean) => node.sum(&[(1.0, edge), (-1.0, mean)], 0.0)?,
        None => edge,
    };
    let squares = node.add(Op::Mul, &[edge, edge])?;
    let variance = mean_of(node, squares, axes, true)?;
    let variance = node.sum(&[(1.0, variance)], epsilon)?;
    let root = node.add(Op::Sqrt, &[variance])?;
    let inverse = node.add(Op::Reciprocal, &[root])?;
    Ok(Normalized { values: node.mul(edge, inverse)?, mean, inverse })
}

/// Adds `edge * scale + bias`, of constants that broadcast.
pub(crate) fn with_parameters(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    scale: Option<&ArrayD<f64>>,
    bias: Option<&ArrayD<f64>>,
) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    for values in [scale, bias].into_iter().flatten() {
        if values.broadcast(shape.clone()).is_none() {
            let reason = format!("parameters of shape {:?} do not fit shape {shape:?}", values.shape());
            return Err(node.fail(&reason));
        }
    }
    if scale.is_none() && bias.is_none() {
        return Ok(edge);
    }
    node.add(Op::Affine(Affine::of(&shape, scale, bias)), &[edge])
}

/// `LayerNormalization` and `RMSNormalization`.
pub(crate) fn layer(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let rank = node.shape(edge).len();
    let axis = node.axis(node.attributes.int("axis", -1)?, rank)?;
    let epsilon = node.attributes.float("epsilon", 1e-5)?;
    let axes: Vec<usize> = (axis..rank).collect();
    let centred = node.operator() == "LayerNormalization";
    let Normalized { values, mean, inverse } = normalized(node, edge, &axes, centred, epsilon)?;
    let (scale, bias) = (node.optional(1, "scale")?, node.optional(2, "B")?);
    let result = with_parameters(node, values, scale.as_ref(), bias.as_ref())?;
    Ok([result].into_iter().chain(mean).chain([inverse]).collect())
}

/// Returns a parameter with one value for each element of axis 1, in the shape that broadcasts.
fn per_channel(node: &Lowering<'_>, position: usize, name: &str, shape: &[usize]) -> Result<ArrayD<f64>> {
    let values = flat(&node.constant(position, name)?);
    let mut target = vec![1; shape.len()];
    target[1] = shape[1];
    array(&target, values).ok_or_else(|| node.fail(&format!("`{name}` does not have {} values", shape[1])))
}

/// `InstanceNormalization` and `GroupNormalization`.
pub(crate) fn group(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    if shape.len() < 2 {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected channels")));
    }
    let epsilon = node.attributes.float("epsilon", 1e-5)?;
    let channels = shape[1];
    let groups = if node.operator() == "InstanceNormalization" {
        channels
    } else {
        usize::try_from(node.attributes.int("num_groups", 0)?).unwrap_or(0)
    };
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(node.fail(&format!("{groups} groups do not divide {channels} channels")));
    }
    let inner: usize = shape[2..].iter().product();
    let view = node.reshape(edge, &[shape[0], groups, channels / groups * inner])?;
    let result = normalized(node, view, &[2], true, epsilon)?.values;
    let result = node.reshape(result, &shape)?;
    // Before operator set 21 there was one value for each group.
    let is_grouped =
        node.operator() == "GroupNormalization" && node.shape_at(1)? == [groups] && groups != channels;
    let (scale, bias) = if is_grouped {
        let repeated = |name: &str, position: usize, node: &Lowering<'_>| -> Result<ArrayD<f64>> {
            let values = flat(&node.constant(position, name)?);
            let all =
                values.iter().flat_map(|value| std::iter::repeat_n(*value, channels / groups)).collect();
            let mut target = vec![1; shape.len()];
            target[1] = channels;
            array(&target, all).ok_or_else(|| node.fail(&format!("`{name}` does not have {groups} values")))
        };
        (repeated("scale", 1, node)?, repeated("bias", 2, node)?)
    } else {
        (per_channel(node, 1, "scale", &shape)?, per_channel(node, 2, "B", &shape)?)
    };
    Ok(vec![with_parameters(node, result, Some(&scale), Some(&bias))?])
}

/// `BatchNormalization` by the statistics of the batch itself, as models without running ones are exported.
pub(crate) fn batch(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    if shape.len() < 2 {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected channels")));
    }
    let epsilon = node.attributes.float("epsilon", 1e-5)?;
    let axes: Vec<usize> = (0..shape.len()).filter(|axis| *axis != 1).collect();
    let Normalized { values, mean, .. } = normalized(node, edge, &axes, true, epsilon)?;
    let (scale, bias) = (per_channel(node, 1, "scale", &shape)?, per_channel(node, 2, "B", &shape)?);
    let mut outputs = vec![with_parameters(node, values, Some(&scale), Some(&bias))?];
    if node.attributes.node.outputs.len() < 2 {
        return Ok(outputs);
    }
    // The running statistics move towards those of the batch.
    let momentum = node.attributes.float("momentum", 0.9)?;
    let Some(mean) = mean else {
        return Err(node.fail("has no mean"));
    };
    let centred = node.sum(&[(1.0, edge), (-1.0, mean)], 0.0)?;
    let squares = node.add(Op::Mul, &[centred, centred])?;
    let variance = mean_of(node, squares, &axes, false)?;
    let mean = node.reshape(mean, &[shape[1]])?;
    for (position, statistic) in [(3, mean), (4, variance)] {
        let before = node.edge(position)?;
        outputs.push(node.sum(&[(momentum, before), (1.0 - momentum, statistic)], 0.0)?);
    }
    Ok(outputs)
}

pub(crate) fn lp(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let rank = node.shape(edge).len();
    let axis = node.axis(node.attributes.int("axis", -1)?, rank)?;
    let p = node.attributes.int("p", 2)?;
    let norm = power_norm(node, edge, &[axis], true, p)?;
    let inverse = node.add(Op::Reciprocal, &[norm])?;
    Ok(vec![node.mul(edge, inverse)?])
}

/// `LRN`: x / (bias + alpha / size * sum of squares of neighbouring channels)^beta.
pub(crate) fn lrn(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let attributes = node.attributes;
    let (alpha, beta) = (attributes.float("alpha", 1e-4)?, attributes.float("beta", 0.75)?);
    let bias = attributes.float("bias", 1.0)?;
    let size = usize::try_from(attributes.int("size", 0)?).unwrap_or(0);
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    if size == 0 || shape.len() < 2 || bias <= 0.0 || alpha < 0.0 {
        return Err(
            node.fail(&format!("`size` {size}, `bias` {bias}, `alpha` {alpha} do not fit shape {shape:?}"))
        );
    }
    let inner: usize = shape[2..].iter().product();
    let mut wide = shape.clone();
    wide.push(size);
    if elements(&wide).is_none() {
        return Err(node.fail(&format!("`size` {size} is too large")));
    }
    let mut sources = Vec::new();
    for position in 0..shape.iter().product() {
        let (channel, rest) = (position / inner % shape[1], position % inner);
        for offset in 0..size {
            let near = (channel + offset).checked_sub((size - 1) / 2).filter(|near| *near < shape[1]);
            let first = position / (inner * shape[1]) * inner * shape[1];
            sources.push(match near {
                Some(near) => Source::Element(0, first + near * inner + rest),
                None => Source::Constant(0.0),
            });
        }
    }
    let squares = node.add(Op::Mul, &[edge, edge])?;
    let near = node.add(Op::Wire(Wire { shape: wide, sources }), &[squares])?;
    let sums = sum_over(node, near, &[shape.len()], false)?;
    #[expect(clippy::cast_precision_loss, reason = "a few channels")]
    let base = node.sum(&[(alpha / size as f64, sums)], bias)?;
    // (base)^-beta by a logarithm and an exponential.
    let logarithm = node.add(Op::Function(Function::Log), &[base])?;
    let exponent = node.sum(&[(-beta, logarithm)], 0.0)?;
    let factor = node.add(Op::Function(Function::Exp), &[exponent])?;
    Ok(vec![node.mul(edge, factor)?])
}

/// `Scaler` of `ai.onnx.ml`: (x - offset) * scale.
pub(crate) fn scaler(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let list = |name: &str| -> Result<ArrayD<f64>> {
        let values = node.attributes.floats(name)?.unwrap_or_default();
        let values = if values.is_empty() { vec![if name == "scale" { 1.0 } else { 0.0 }] } else { values };
        Ok(ArrayD::from_shape_vec(vec![values.len()], values).expect("one axis"))
    };
    let (offset, scale) = (list("offset")?, list("scale")?);
    let edge = node.edge(0)?;
    let bias = offset.mapv(|value| -value);
    let moved = with_parameters(node, edge, None, Some(&bias))?;
    Ok(vec![scaled(node, moved, &scale)?])
}
