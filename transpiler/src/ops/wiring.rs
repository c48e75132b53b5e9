//! `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze` and `Transpose`: operators that only move values.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Reshape.html> and its neighbours.

use super::{Argument, Attributes, axis_of};
use crate::error::Result;
use crate::tensor::Constant;

/// Returns the output's shape of an operator that keeps the order of the elements.
pub(crate) fn parse_reshape(
    attributes: &Attributes<'_>,
    shape: &[usize],
    arguments: &[Argument],
) -> Result<Vec<usize>> {
    let listed = match arguments.get(1) {
        Some(Argument::Constant(constant)) => match constant {
            Constant::Int(_) => constant.as_ints(),
            Constant::Float(_) => return Err(attributes.fail("its second input is not a list of integers")),
        },
        Some(Argument::Edge(_)) => {
            return Err(attributes.fail("its second input depends on the model's input"));
        }
        _ => attributes.ints("axes")?,
    };
    let result = match (attributes.operator(), listed) {
        ("Flatten", _) => attributes.int("axis", 1).map(|axis| flattened(shape, axis))?,
        ("Reshape", Some(target)) => reshaped(shape, &target, attributes.int("allowzero", 0)? != 0),
        ("Squeeze", axes) => squeezed(shape, axes.as_deref()),
        ("Unsqueeze", Some(axes)) => unsqueezed(shape, &axes),
        _ => Err("its second input is missing".to_owned()),
    };
    let result = result.map_err(|reason| attributes.fail(&reason))?;
    if result.first() == Some(&1) {
        return Ok(result);
    }
    Err(attributes.fail(&format!("its output has shape {result:?}, expected a first axis (the batch) of 1")))
}

pub(crate) fn parse_transpose(attributes: &Attributes<'_>, shape: &[usize]) -> Result<Vec<usize>> {
    let rank = shape.len();
    let Some(permutation) = attributes.ints("perm")? else {
        let axes: Vec<usize> = (0..rank).rev().collect();
        return if axes.first() == Some(&0) {
            Ok(axes)
        } else {
            Err(attributes.fail("`perm` is missing, which moves the batch"))
        };
    };
    let axes: Option<Vec<usize>> = permutation.iter().map(|axis| axis_of(*axis, rank)).collect();
    let is_permutation = |axes: &Vec<usize>| axes.len() == rank && (0..rank).all(|axis| axes.contains(&axis));
    match axes.filter(is_permutation) {
        Some(axes) if axes.first() == Some(&0) => Ok(axes),
        _ => {
            let expected = format!("a permutation of {rank} axes that leaves the batch first");
            Err(attributes.unsupported("perm", format!("{permutation:?}"), &expected))
        }
    }
}

fn flattened(shape: &[usize], axis: i64) -> std::result::Result<Vec<usize>, String> {
    let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
    let axis = if axis < 0 { axis.saturating_add(rank) } else { axis };
    match usize::try_from(axis) {
        Ok(axis) if axis <= shape.len() => {
            Ok(vec![shape[..axis].iter().product(), shape[axis..].iter().product()])
        }
        _ => Err(format!("`axis` {axis} is out of bounds for shape {shape:?}")),
    }
}

/// Returns the shape that `Reshape` gives: 0 keeps a length, -1 takes what is left.
pub(crate) fn reshaped(
    shape: &[usize],
    target: &[i64],
    allow_zero: bool,
) -> std::result::Result<Vec<usize>, String> {
    let wrong = || format!("shape {target:?} does not fit {shape:?}");
    let total: usize = shape.iter().product();
    let mut result = Vec::with_capacity(target.len());
    let mut rest = None;
    for (axis, length) in target.iter().enumerate() {
        match *length {
            0 if !allow_zero => result.push(*shape.get(axis).ok_or_else(wrong)?),
            -1 if rest.is_none() => {
                rest = Some(axis);
                result.push(1);
            }
            length => result.push(usize::try_from(length).map_err(|_| wrong())?),
        }
    }
    let known =
        result.iter().try_fold(1usize, |product, length| product.checked_mul(*length)).ok_or_else(wrong)?;
    if let Some(axis) = rest {
        result[axis] = total.checked_div(known).ok_or_else(wrong)?;
    }
    let product = result.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
    if product == Some(total) { Ok(result) } else { Err(wrong()) }
}

/// Returns the shape without axes of length 1.
pub(crate) fn squeezed(shape: &[usize], axes: Option<&[i64]>) -> std::result::Result<Vec<usize>, String> {
    let Some(axes) = axes else {
        // Without axes ONNX drops the batch as well; one sample stays one sample here.
        let rest = shape.iter().skip(1).copied().filter(|length| *length != 1);
        return Ok(shape.iter().take(1).copied().chain(rest).collect());
    };
    let dropped: Option<Vec<usize>> = axes.iter().map(|axis| axis_of(*axis, shape.len())).collect();
    match dropped.filter(|dropped| dropped.iter().all(|axis| shape[*axis] == 1)) {
        Some(dropped) => Ok(shape
            .iter()
            .enumerate()
            .filter(|(axis, _)| !dropped.contains(axis))
            .map(|(_, length)| *length)
            .collect()),
        None => Err(format!("axes {axes:?} of shape {shape:?} do not all have length 1")),
    }
}

/// Returns the shape with axes of length 1 put in.
pub(crate) fn unsqueezed(shape: &[usize], axes: &[i64]) -> std::result::Result<Vec<usize>, String> {
    let rank = shape.len() + axes.len();
    let added: Option<Vec<usize>> = axes.iter().map(|axis| axis_of(*axis, rank)).collect();
    let mut lengths = shape.iter();
    match added {
        Some(added) => (0..rank)
            .map(|axis| if added.contains(&axis) { Some(1) } else { lengths.next().copied() })
            .collect::<Option<Vec<usize>>>()
            .ok_or_else(|| format!("axes {axes:?} are given twice")),
        None => Err(format!("axes {axes:?} are out of bounds for {rank} axes")),
    }
}
