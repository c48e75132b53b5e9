//! Operators of constants alone: what has no circuit, as the shape of its output depends on values, or only makes constants.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__NonZero.html> and its neighbours.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ndarray::{ArrayD, Axis, Dimension as _, IxDyn};

use crate::error::Result;
use crate::fold::cast;
use crate::onnx::ModelNode;
use crate::ops::{Attributes, axis_of};
use crate::tensor::{Constant, array, elements, flat};

/// Computes a node; `None` when it is none of these operators, or its inputs do not fit it.
pub(crate) fn known(node: &ModelNode, inputs: &[&Constant]) -> Result<Option<Vec<Constant>>> {
    let attributes = Attributes::new(node);
    let one = |constant: Option<Constant>| Ok(constant.map(|constant| vec![constant]));
    match (node.operator.as_str(), inputs) {
        ("NonZero", [input]) => one(non_zero(input)),
        ("EyeLike", [input]) => one(eye(attributes, input.shape())?),
        ("CastLike", [input, _]) if attributes.get("to").is_some() => {
            one(cast(input, attributes.int("to", 1)?))
        }
        ("Unique", [input]) => {
            let axis = match attributes.get("axis") {
                None => None,
                Some(_) => Some(attributes.int("axis", 0)?),
            };
            Ok(unique(input, axis, attributes.int("sorted", 1)? != 0))
        }
        ("Mod", [Constant::Int(left), Constant::Int(right)]) => {
            one(remainders(left, right, attributes.int("fmod", 0)? != 0))
        }
        ("HannWindow" | "HammingWindow" | "BlackmanWindow", [size]) => {
            let is_periodic = attributes.int("periodic", 1)? != 0;
            one(window(&node.operator, size, is_periodic))
        }
        // Constants are finite.
        ("IsNaN" | "IsInf", [input]) => one(Some(Constant::Int(ArrayD::zeros(input.shape().to_vec())))),
        _ => Ok(None),
    }
}

/// Returns the positions of what is not zero, a column for each.
fn non_zero(input: &Constant) -> Option<Constant> {
    let values = input.to_float();
    let found: Vec<Vec<usize>> = values
        .indexed_iter()
        .filter(|(_, value)| **value != 0.0)
        .map(|(at, _)| at.slice().to_vec())
        .collect();
    let rank = values.ndim();
    let columns = (0..rank).flat_map(|axis| found.iter().map(move |at| i64::try_from(at[axis]).unwrap_or(0)));
    array(&[rank, found.len()], columns.collect()).map(Constant::Int)
}

/// Returns ones on a diagonal.
pub(crate) fn eye(attributes: Attributes<'_>, shape: &[usize]) -> Result<Option<Constant>> {
    let &[rows, columns] = shape else {
        return Err(attributes.fail(&format!("its input has shape {shape:?}, expected two axes")));
    };
    let diagonal = attributes.int("k", 0)?;
    let is_one = |at: usize| {
        let position = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        position(at % columns) - position(at / columns) == diagonal
    };
    let values = (0..rows * columns).map(|at| i64::from(is_one(at))).collect();
    Ok(array(shape, values)
        .map(Constant::Int)
        .and_then(|constant| cast(&constant, attributes.int("dtype", 1).unwrap_or(1))))
}

/// Returns distinct values, or slices along an axis; where each first is; which one each is; how often each is.
fn unique(input: &Constant, axis: Option<i64>, is_sorted: bool) -> Option<Vec<Constant>> {
    let values = input.to_float();
    let view = match axis {
        None => array(&[values.len()], flat(&values))?,
        Some(_) => values,
    };
    let axis = axis_of(axis.unwrap_or(0), view.ndim())?;
    let slices: Vec<Vec<f64>> =
        (0..view.shape()[axis]).map(|at| view.index_axis(Axis(axis), at).iter().copied().collect()).collect();
    // Zero is one number, whatever its sign.
    let key = |slice: &Vec<f64>| slice.iter().map(|value| (value + 0.0).to_bits()).collect::<Vec<u64>>();
    let order = |left: &usize, right: &usize| {
        let pairs = slices[*left].iter().zip(&slices[*right]);
        pairs.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    let mut places: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
    let mut first: Vec<usize> = Vec::new();
    for (at, slice) in slices.iter().enumerate() {
        places.entry(key(slice)).or_insert_with(|| {
            first.push(at);
            at
        });
    }
    if is_sorted {
        first.sort_by(order);
    }
    let numbers: BTreeMap<usize, usize> =
        first.iter().copied().enumerate().map(|(number, at)| (at, number)).collect();
    let which = |slice: &Vec<f64>| numbers.get(places.get(&key(slice))?).copied();
    let inverse: Vec<usize> = slices.iter().map(which).collect::<Option<_>>()?;
    let mut counts = vec![0; first.len()];
    for number in &inverse {
        counts[*number] += 1;
    }
    let list = |values: Vec<usize>| {
        let values: Vec<i64> =
            values.into_iter().map(i64::try_from).collect::<std::result::Result<_, _>>().ok()?;
        array(&[values.len()], values).map(Constant::Int)
    };
    let distinct = view.select(Axis(axis), &first);
    let distinct = Constant::Float(distinct.as_standard_layout().into_owned());
    let distinct = if matches!(input, Constant::Int(_)) { cast(&distinct, 7)? } else { distinct };
    Some(vec![distinct, list(first.clone())?, list(inverse)?, list(counts)?])
}

fn remainders(left: &ArrayD<i64>, right: &ArrayD<i64>, of_dividend: bool) -> Option<Constant> {
    let shape = crate::fold::broadcast(left.shape(), right.shape())?;
    elements(&shape)?;
    let (left, right) = (left.broadcast(IxDyn(&shape))?, right.broadcast(IxDyn(&shape))?);
    let remainder = |(left, right): (&i64, &i64)| {
        let rest = left.checked_rem(*right)?;
        let differs = !of_dividend && rest != 0 && (rest < 0) != (*right < 0);
        Some(if differs { rest + right } else { rest })
    };
    let values = left.iter().zip(right.iter()).map(remainder).collect::<Option<Vec<i64>>>()?;
    array(&shape, values).map(Constant::Int)
}

fn window(operator: &str, size: &Constant, is_periodic: bool) -> Option<Constant> {
    let size = size.to_float().first().copied().filter(|size| (1.0..=1e6).contains(size))?;
    let period = if is_periodic { size } else { size - 1.0 };
    let weights: [f64; 3] = match operator {
        "HannWindow" => [0.5, -0.5, 0.0],
        "HammingWindow" => [25.0 / 46.0, -21.0 / 46.0, 0.0],
        _ => [0.42, -0.5, 0.08],
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and a million")]
    let count = size as u32;
    let value = |at: u32| {
        let turn = 2.0 * std::f64::consts::PI * f64::from(at) / period.max(1.0);
        weights[0] + weights[1] * turn.cos() + weights[2] * (2.0 * turn).cos()
    };
    array(&[count as usize], (0..count).map(value).collect()).map(Constant::Float)
}
