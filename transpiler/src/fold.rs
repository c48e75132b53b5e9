//! Nodes that do not depend on the input's values: shape arithmetic that exporters leave in the graph.

use ndarray::{ArrayD, Axis, Dimension as _, IxDyn};

use crate::error::{Error, Result};
use crate::onnx::{Attribute, ModelNode};
use crate::ops::{Argument, Attributes, axis_of};
use crate::tensor::{Constant, array, elements};

/// Returns the value of a node whose inputs are constants, or of which only the shape matters.
///
/// # Errors
/// When such a node cannot be computed.
pub(crate) fn fold(node: &ModelNode, arguments: &[Argument], opset: i64) -> Result<Option<Constant>> {
    if node.operator == "Shape"
        && let Some(Argument::Edge(shape)) = arguments.first()
    {
        return lengths(node, shape).map(Some);
    }
    if arguments.iter().any(|argument| matches!(argument, Argument::Edge(_))) {
        return Ok(None);
    }
    // An optional input that is left out keeps its place.
    let constants: Vec<Option<&Constant>> = arguments
        .iter()
        .map(|argument| if let Argument::Constant(constant) = argument { Some(constant) } else { None })
        .collect();
    let fail = |reason: &str| Error::node(&node.name, &node.operator, reason);
    let folded = evaluate(node, &constants, opset)?;
    folded.map(Some).ok_or_else(|| fail("cannot be computed from constants: its inputs do not fit together"))
}

fn evaluate(node: &ModelNode, inputs: &[Option<&Constant>], opset: i64) -> Result<Option<Constant>> {
    let attributes = Attributes::new(node);
    let first = || inputs.first().copied().flatten();
    let second = || inputs.get(1).copied().flatten();
    Ok(match node.operator.as_str() {
        "Constant" => match attributes.get("value").or_else(|| node.attributes.values().next()) {
            Some(Attribute::Tensor(constant)) => Some(constant.clone()),
            Some(Attribute::Int(value)) => array(&[], vec![*value]).map(Constant::Int),
            Some(Attribute::Ints(values)) => array(&[values.len()], values.clone()).map(Constant::Int),
            Some(Attribute::Float(value)) => array(&[], vec![*value]).map(Constant::Float),
            Some(Attribute::Floats(values)) => array(&[values.len()], values.clone()).map(Constant::Float),
            _ => None,
        },
        "Identity" | "Dropout" => first().cloned(),
        "Shape" => first().map(|input| lengths(node, input.shape())).transpose()?,
        "Cast" => first().and_then(|input| cast(input, attributes.int("to", 1).ok()?)),
        "Gather" => match (first(), second()) {
            (Some(data), Some(Constant::Int(indices))) => gather(data, indices, attributes.int("axis", 0)?),
            _ => None,
        },
        "Slice" => slice(node, inputs, opset)?,
        "Concat" => {
            let inputs: Option<Vec<&Constant>> = inputs.iter().copied().collect();
            concat(&inputs.unwrap_or_default(), attributes.int("axis", 0)?)
        }
        "Reshape" => match (first(), second().and_then(Constant::as_ints)) {
            (Some(data), Some(shape)) => {
                let shape =
                    crate::ops::wiring::reshaped(data.shape(), &shape, attributes.int("allowzero", 0)? != 0);
                shape.ok().and_then(|shape| reshape(data, &shape))
            }
            _ => None,
        },
        "Squeeze" | "Unsqueeze" => {
            let listed = attributes.ints("axes")?;
            first().and_then(|data| {
                let axes = second().map_or(listed, Constant::as_ints);
                let shape = if node.operator == "Squeeze" {
                    crate::ops::wiring::squeezed(data.shape(), axes.as_deref())
                } else {
                    crate::ops::wiring::unsqueezed(data.shape(), &axes?)
                };
                reshape(data, &shape.ok()?)
            })
        }
        "ConstantOfShape" => first().and_then(Constant::as_ints).and_then(|shape| {
            let shape: Vec<usize> =
                shape.into_iter().map(|length| usize::try_from(length).ok()).collect::<Option<_>>()?;
            let count = elements(&shape)?;
            match attributes.get("value") {
                Some(Attribute::Tensor(Constant::Int(value))) => {
                    array(&shape, vec![*value.first()?; count]).map(Constant::Int)
                }
                Some(Attribute::Tensor(Constant::Float(value))) => {
                    array(&shape, vec![*value.first()?; count]).map(Constant::Float)
                }
                _ => array(&shape, vec![0.0; count]).map(Constant::Float),
            }
        }),
        "Add" | "Sub" | "Mul" | "Div" => match (first(), second()) {
            (Some(left), Some(right)) => arithmetic(&node.operator, left, right),
            _ => None,
        },
        other => {
            let reason = "is not supported on constants";
            return Err(Error::node(&node.name, other, reason));
        }
    })
}

/// Returns the lengths of a shape's axes from `start` to `end`.
fn lengths(node: &ModelNode, shape: &[usize]) -> Result<Constant> {
    let attributes = Attributes::new(node);
    let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
    let position = |name: &str, default: i64| {
        let value = attributes.int(name, default)?;
        let value = if value < 0 { value.saturating_add(rank) } else { value };
        Ok(usize::try_from(value.clamp(0, rank)).unwrap_or(0))
    };
    let (start, end) = (position("start", 0)?, position("end", rank)?);
    let lengths = shape[start..end.max(start)].iter();
    let lengths = lengths.map(|length| i64::try_from(*length).unwrap_or(i64::MAX)).collect::<Vec<i64>>();
    Ok(Constant::Int(ArrayD::from_shape_vec(vec![lengths.len()], lengths).expect("one axis of that length")))
}

/// Converts to a data type of ONNX; `None` when a value cannot be represented in it.
fn cast(input: &Constant, to: i64) -> Option<Constant> {
    let range = match to {
        1 | 11 => return floats(input, to == 1).map(Constant::Float),
        2 => 0..=i64::from(u8::MAX),
        3 => i64::from(i8::MIN)..=i64::from(i8::MAX),
        4 => 0..=i64::from(u16::MAX),
        5 => i64::from(i16::MIN)..=i64::from(i16::MAX),
        6 => i64::from(i32::MIN)..=i64::from(i32::MAX),
        7 => i64::MIN..=i64::MAX,
        9 => return Some(Constant::Int(input.to_float().mapv(|value| i64::from(value != 0.0)))),
        12 => 0..=i64::from(u32::MAX),
        13 => 0..=i64::MAX,
        _ => return None,
    };
    let values = match input {
        Constant::Int(values) => values.clone(),
        Constant::Float(values) => {
            // 2^63 and above do not fit, and NaN and infinity are not among constants.
            if values.iter().any(|value| value.abs() >= 9_223_372_036_854_775_808.0) {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "ONNX truncates")]
            values.mapv(|value| value as i64)
        }
    };
    values.iter().all(|value| range.contains(value)).then_some(Constant::Int(values))
}

/// Returns real numbers, rounded to those of 32 bits if asked; `None` when one is too large for them.
fn floats(input: &Constant, single: bool) -> Option<ArrayD<f64>> {
    let values = input.to_float();
    if !single {
        return Some(values);
    }
    #[expect(clippy::cast_possible_truncation, reason = "ONNX rounds to nearest, as the cast does")]
    let values = values.mapv(|value| f64::from(value as f32));
    values.iter().all(|value| value.is_finite()).then_some(values)
}

fn gather(data: &Constant, indices: &ArrayD<i64>, axis: i64) -> Option<Constant> {
    let axis = axis_of(axis, data.shape().len())?;
    let length = i64::try_from(data.shape()[axis]).ok()?;
    let positions: Vec<usize> = indices
        .iter()
        .map(|index| usize::try_from(if *index < 0 { index.checked_add(length)? } else { *index }).ok())
        .collect::<Option<_>>()?;
    if positions.iter().any(|position| *position >= data.shape()[axis]) {
        return None;
    }
    let mut shape = data.shape()[..axis].to_vec();
    shape.extend_from_slice(indices.shape());
    shape.extend_from_slice(&data.shape()[axis + 1..]);
    elements(&shape)?;
    match data {
        Constant::Float(values) => pick(values, axis, &positions, &shape).map(Constant::Float),
        Constant::Int(values) => pick(values, axis, &positions, &shape).map(Constant::Int),
    }
}

fn pick<T: Clone>(
    values: &ArrayD<T>,
    axis: usize,
    positions: &[usize],
    shape: &[usize],
) -> Option<ArrayD<T>> {
    let picked = values.select(Axis(axis), positions);
    array(shape, picked.iter().cloned().collect())
}

/// Slices along axes with steps of 1.
fn slice(node: &ModelNode, inputs: &[Option<&Constant>], opset: i64) -> Result<Option<Constant>> {
    let attributes = Attributes::new(node);
    let list = |position: usize, name: &str| {
        if opset < 10 {
            attributes.ints(name)
        } else {
            Ok(inputs.get(position).copied().flatten().and_then(Constant::as_ints))
        }
    };
    let (Some(Some(Constant::Int(data))), Some(starts), Some(ends)) =
        (inputs.first(), list(1, "starts")?, list(2, "ends")?)
    else {
        return Ok(None);
    };
    let count = i64::try_from(starts.len()).unwrap_or(i64::MAX);
    let axes = list(3, "axes")?.unwrap_or_else(|| (0..count).collect());
    let steps = list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] || steps.iter().any(|step| *step != 1) {
        return Err(Error::node(&node.name, "Slice", "steps other than 1 are not supported"));
    }
    let mut result = data.clone();
    for ((start, end), axis) in starts.iter().zip(&ends).zip(&axes) {
        let Some(axis) = axis_of(*axis, result.ndim()) else {
            return Ok(None);
        };
        let length = result.shape()[axis];
        let clamp = |position: i64| {
            let signed = i64::try_from(length).unwrap_or(i64::MAX);
            let position = if position < 0 { position.saturating_add(signed) } else { position };
            usize::try_from(position.clamp(0, signed)).unwrap_or(0)
        };
        let (start, end) = (clamp(*start), clamp(*end));
        let picked: Vec<usize> = (start..end.max(start)).collect();
        result = result.select(Axis(axis), &picked);
    }
    Ok(Some(Constant::Int(result)))
}

fn concat(inputs: &[&Constant], axis: i64) -> Option<Constant> {
    let axis = Axis(axis_of(axis, inputs.first()?.shape().len())?);
    let counts = inputs.iter().map(|input| elements(input.shape()));
    elements(&[counts.sum::<Option<usize>>()?])?;
    if inputs.iter().all(|input| matches!(input, Constant::Int(_))) {
        let views: Vec<_> = inputs
            .iter()
            .filter_map(|input| if let Constant::Int(values) = input { Some(values.view()) } else { None })
            .collect();
        return ndarray::concatenate(axis, &views).ok().map(Constant::Int);
    }
    let values: Vec<ArrayD<f64>> = inputs.iter().map(|input| input.to_float()).collect();
    let views: Vec<_> = values.iter().map(|values| values.view()).collect();
    ndarray::concatenate(axis, &views).ok().map(Constant::Float)
}

fn reshape(data: &Constant, shape: &[usize]) -> Option<Constant> {
    match data {
        Constant::Float(values) => array(shape, values.iter().copied().collect()).map(Constant::Float),
        Constant::Int(values) => array(shape, values.iter().copied().collect()).map(Constant::Int),
    }
}

fn arithmetic(operator: &str, left: &Constant, right: &Constant) -> Option<Constant> {
    let shape = broadcast(left.shape(), right.shape())?;
    elements(&shape)?;
    if let (Constant::Int(left), Constant::Int(right)) = (left, right) {
        let (left, right) = (left.broadcast(IxDyn(&shape))?, right.broadcast(IxDyn(&shape))?);
        let values = left.iter().zip(right.iter()).map(|(left, right)| match operator {
            "Add" => left.checked_add(*right),
            "Sub" => left.checked_sub(*right),
            "Mul" => left.checked_mul(*right),
            _ => left.checked_div(*right),
        });
        return array(&shape, values.collect::<Option<Vec<i64>>>()?).map(Constant::Int);
    }
    let (left, right) = (left.to_float(), right.to_float());
    let (left, right) = (left.broadcast(IxDyn(&shape))?, right.broadcast(IxDyn(&shape))?);
    let values = left.iter().zip(right.iter()).map(|(left, right)| match operator {
        "Add" => left + right,
        "Sub" => left - right,
        "Mul" => left * right,
        _ => left / right,
    });
    let values: Vec<f64> = values.collect();
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    array(&shape, values).map(Constant::Float)
}

/// Returns the common shape of two shapes by NumPy's rules.
pub(crate) fn broadcast(left: &[usize], right: &[usize]) -> Option<Vec<usize>> {
    let rank = left.len().max(right.len());
    let length = |shape: &[usize], axis: usize| {
        (axis + shape.len()).checked_sub(rank).map_or(1, |position| shape[position])
    };
    (0..rank)
        .map(|axis| match (length(left, axis), length(right, axis)) {
            (left, right) if left == right => Some(left),
            (1, other) | (other, 1) => Some(other),
            _ => None,
        })
        .collect::<Option<Vec<usize>>>()
        .inspect(|shape| debug_assert!(IxDyn(shape).ndim() == rank))
}
