//! Losses: `NegativeLogLikelihoodLoss` and `SoftmaxCrossEntropyLoss`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__NegativeLogLikelihoodLoss.html>,
//! <https://onnx.ai/onnx/operators/onnx__SoftmaxCrossEntropyLoss.html>.

use ndarray::ArrayD;

use super::elementwise::scaled;
use super::reduce::sum_over;
use super::{Argument, Lowering, Op, Rows, Source, Wire};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{Constant, array, flat};

pub(crate) fn negative_log_likelihood(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    Ok(vec![loss_of(node, edge)?])
}

pub(crate) fn cross_entropy(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    if shape.len() < 2 {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected classes")));
    }
    let rows = Rows { shape: shape.clone(), ..Rows::over(&shape, 1, 2, true) };
    let logarithms = super::softmax::log_softmax(node, edge, &rows)?;
    Ok(vec![loss_of(node, logarithms)?, logarithms])
}

/// Adds the weighted loss of logarithms of probabilities `[batch, classes, ..]`.
fn loss_of(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let target = node.shape_at(1)?;
    let (Some(&batch), Some(&classes)) = (shape.first(), shape.get(1)) else {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected classes")));
    };
    let inner: usize = shape[2..].iter().product();
    let expected: Vec<usize> = [&[batch], &shape[2..]].concat();
    if target != expected {
        return Err(node.fail(&format!("its labels have shape {target:?}, expected {expected:?}")));
    }
    let weights = node.optional(2, "weight")?.map(|weights| flat(&weights));
    let weights = weights.unwrap_or_else(|| vec![1.0; classes]);
    if weights.len() != classes {
        return Err(node.fail(&format!("has {} weights, expected {classes}, one a class", weights.len())));
    }
    let ignored = match node.attributes.get("ignore_index") {
        Some(_) => Some(node.attributes.int("ignore_index", 0)?),
        None => None,
    };
    let reduction = node.attributes.text("reduction")?.unwrap_or("mean");
    if !matches!(reduction, "none" | "sum" | "mean") {
        return Err(node.attributes.unsupported("reduction", reduction, "none, sum or mean"));
    }
    let (losses, total) = match node.arguments.get(1).cloned() {
        Some(Argument::Constant(Constant::Int(labels))) => {
            let mut factors = Vec::new();
            let mut sources = Vec::new();
            for (at, label) in labels.iter().enumerate() {
                let class = usize::try_from(*label).ok().filter(|class| *class < classes);
                match class {
                    _ if Some(*label) == ignored => {
                        factors.push(0.0);
                        sources.push(Source::Constant(0.0));
                    }
                    Some(class) => {
                        factors.push(-weights[class]);
                        let (sample, place) = (at / inner, at % inner);
                        sources.push(Source::Element(0, (sample * classes + class) * inner + place));
                    }
                    None => return Err(node.fail(&format!("label {label} is none of {classes} classes"))),
                }
            }
            let total = -factors.iter().sum::<f64>();
            let picked = node.add(Op::Wire(Wire { shape: target.clone(), sources }), &[edge])?;
            let factors: ArrayD<f64> =
                array(&target, factors).ok_or_else(|| node.fail("its labels do not fit"))?;
            (scaled(node, picked, &factors)?, Err(total))
        }
        _ if ignored.is_some() => {
            let found = "with labels that depend on the model's input";
            return Err(node.attributes.unsupported("ignore_index", found, "none"));
        }
        _ => {
            let labels = node.edge(1)?;
            let bits = super::gather::places(node, labels, classes)?;
            // The classes are the last axis of the bits.
            let rank = shape.len();
            let order: Vec<usize> = [0].into_iter().chain(2..rank).chain([1]).collect();
            let moved = node.transpose(edge, &order)?;
            let chosen = node.mul(bits, moved)?;
            let row: ArrayD<f64> =
                array(&[classes], weights).ok_or_else(|| node.fail("its weights do not fit"))?;
            let chosen = scaled(node, chosen, &row)?;
            let sums = sum_over(node, chosen, &[rank - 1], false)?;
            let losses = node.sum(&[(-1.0, sums)], 0.0)?;
            let weighted = scaled(node, bits, &row)?;
            (losses, Ok(weighted))
        }
    };
    if reduction == "none" {
        return Ok(losses);
    }
    let all: Vec<usize> = (0..target.len()).collect();
    let sum = sum_over(node, losses, &all, false)?;
    if reduction == "sum" {
        return Ok(sum);
    }
    match total {
        Err(total) if total > 0.0 => node.sum(&[(1.0 / total, sum)], 0.0),
        Err(_) => Err(node.fail("its weights have no sum to divide by")),
        Ok(weighted) => {
            let all: Vec<usize> = (0..=target.len()).collect();
            let total = sum_over(node, weighted, &all, false)?;
            let total = node.add(Op::Positive, &[total])?;
            let inverse = node.add(Op::Reciprocal, &[total])?;
            node.mul(sum, inverse)
        }
    }
}
