//! Nodes that do not depend on the input's values: shape arithmetic that exporters leave in the graph.

use ndarray::{ArrayD, Dimension as _, IxDyn};

use crate::error::{Error, Result};
use crate::graph::{EdgeId, Graph};
use crate::known::{self, known};
use crate::onnx::{Attribute, ModelNode};
use crate::ops::{Argument, Attributes, Lowering};
use crate::tensor::{Constant, array, elements};

/// Returns the values of a node whose inputs are constants, or of which only the shape matters.
///
/// # Errors
/// When such a node cannot be computed.
pub(crate) fn fold(
    node: &ModelNode,
    arguments: &[Argument],
    opset: i64,
    graph: &Graph,
) -> Result<Option<Vec<Constant>>> {
    if let ("Shape" | "Size", Some(Argument::Edge(edge))) = (node.operator.as_str(), arguments.first()) {
        return of_shape(node, &graph.edges[edge.0].shape).map(|constant| Some(vec![constant]));
    }
    if let ("EyeLike", Some(Argument::Edge(edge))) = (node.operator.as_str(), arguments.first()) {
        let eye = known::eye(Attributes::new(node), &graph.edges[edge.0].shape)?;
        return Ok(eye.map(|constant| vec![constant]));
    }
    if arguments.iter().any(|argument| matches!(argument, Argument::Edge(_))) {
        return Ok(None);
    }
    let constants: Vec<&Constant> = arguments
        .iter()
        .filter_map(
            |argument| if let Argument::Constant(constant) = argument { Some(constant) } else { None },
        )
        .collect();
    if let Some(constant) = evaluate(node, &constants)? {
        return Ok(Some(vec![constant]));
    }
    if let Some(outputs) = known(node, &constants)? {
        return Ok(Some(outputs));
    }
    let lowered = by_graph(node, arguments, opset)?;
    // Integers stay integers; comparisons make some.
    let are_integers = constants.iter().all(|constant| matches!(constant, Constant::Int(_)));
    let constants = lowered.into_iter().map(|(values, is_integer)| {
        let is_whole = values.iter().all(|value| value.fract() == 0.0);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "integers; what is too large saturates, as bounds do"
        )]
        if is_whole && (is_integer || are_integers) {
            Constant::Int(values.mapv(|value| value as i64))
        } else {
            Constant::Float(values)
        }
    });
    Ok(Some(constants.collect()))
}

/// Computes a node by a graph of its own; tells of each output whether it is an integer whatever the inputs are.
fn by_graph(node: &ModelNode, arguments: &[Argument], opset: i64) -> Result<Vec<(ArrayD<f64>, bool)>> {
    let mut graph = Graph::default();
    let attributes = Attributes::new(node);
    let mut lowering =
        Lowering { graph: &mut graph, attributes, arguments: arguments.to_vec(), opset, is_last: false };
    let outputs = crate::ops::table::lower(&mut lowering)?;
    let values = graph.eval(&[]);
    let output = |edge: &EdgeId| {
        let values = values[edge.0].clone();
        if values.iter().all(|value| value.is_finite()) {
            Ok((values, graph.edges[edge.0].is_integer))
        } else {
            Err(Error::node(&node.name, &node.operator, "gives values that are not finite"))
        }
    };
    outputs.iter().map(output).collect()
}

/// Computes what has no graph, or would lose digits in one.
fn evaluate(node: &ModelNode, inputs: &[&Constant]) -> Result<Option<Constant>> {
    let attributes = Attributes::new(node);
    let fail = |reason: &str| Error::node(&node.name, &node.operator, reason);
    let misfit = || fail("cannot be computed from constants: its inputs do not fit together");
    let computed = match (node.operator.as_str(), inputs) {
        ("Constant", _) => match attributes.get("value").or_else(|| node.attributes.values().next()) {
            Some(Attribute::Tensor(constant)) => Some(constant.clone()),
            Some(Attribute::Int(value)) => array(&[], vec![*value]).map(Constant::Int),
            Some(Attribute::Ints(values)) => array(&[values.len()], values.clone()).map(Constant::Int),
            Some(Attribute::Float(value)) => array(&[], vec![*value]).map(Constant::Float),
            Some(Attribute::Floats(values)) => array(&[values.len()], values.clone()).map(Constant::Float),
            _ => return Err(fail("has no value of a supported kind")),
        },
        ("Shape" | "Size", [input]) => Some(of_shape(node, input.shape())?),
        ("Identity", [input]) => Some((*input).clone()),
        ("Cast", [input]) => cast(input, attributes.int("to", 1)?),
        ("ConstantOfShape", [Constant::Int(shape)]) => filled(attributes, shape),
        ("Range", [start, limit, delta]) => range(start, limit, delta),
        ("Add" | "Sub" | "Mul" | "Div", [left, right]) => arithmetic(&node.operator, left, right),
        _ => return Ok(None),
    };
    computed.map(Some).ok_or_else(misfit)
}

fn filled(attributes: Attributes<'_>, shape: &ArrayD<i64>) -> Option<Constant> {
    let shape: Vec<usize> =
        shape.iter().map(|length| usize::try_from(*length).ok()).collect::<Option<_>>()?;
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
}

fn range(start: &Constant, limit: &Constant, delta: &Constant) -> Option<Constant> {
    let values = [start, limit, delta].map(|constant| constant.to_float().first().copied());
    let [Some(start_at), Some(limit_at), Some(step)] = values else {
        return None;
    };
    let count = ((limit_at - start_at) / step).ceil().max(0.0);
    if !count.is_finite() || count > 1e7 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most ten million")]
    let count = count as usize;
    #[expect(clippy::cast_precision_loss, reason = "at most ten million")]
    let values: Vec<f64> = (0..count).map(|at| start_at + at as f64 * step).collect();
    if [start, limit, delta].iter().all(|constant| matches!(constant, Constant::Int(_))) {
        #[expect(clippy::cast_possible_truncation, reason = "integers")]
        let values = values.into_iter().map(|value| value as i64).collect();
        return array(&[count], values).map(Constant::Int);
    }
    array(&[count], values).map(Constant::Float)
}

/// Returns the value of `Shape` or `Size`.
fn of_shape(node: &ModelNode, shape: &[usize]) -> Result<Constant> {
    if node.operator == "Shape" {
        return lengths(node, shape);
    }
    let count = i64::try_from(shape.iter().product::<usize>()).unwrap_or(i64::MAX);
    Ok(Constant::Int(ArrayD::from_elem(vec![], count)))
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
pub(crate) fn cast(input: &Constant, to: i64) -> Option<Constant> {
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
