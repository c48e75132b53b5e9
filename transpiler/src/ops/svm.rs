//! `SVMRegressor` of `ai.onnx.ml`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_SVMRegressor.html>.

use super::reduce::sum_over;
use super::{Function, Gemm, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;

/// Adds the kernel of the input with each of some vectors.
fn kernel(node: &mut Lowering<'_>, edge: EdgeId, vectors: &[f64], count: usize) -> Result<EdgeId> {
    let inputs = vectors.len() / count;
    let list = node.attributes.floats("kernel_params")?.unwrap_or_default();
    let [gamma, offset, degree] = [0, 1, 2].map(|at| list.get(at).copied().unwrap_or(0.0));
    let kind = node.attributes.text("kernel_type")?.unwrap_or("LINEAR");
    let products = |node: &mut Lowering<'_>, factor: f64, bias: Vec<f64>| {
        let weights = vectors.iter().map(|value| factor * value).collect();
        node.add(Op::Gemm(Gemm { weights, bias, inputs }), &[edge])
    };
    match kind {
        "LINEAR" => products(node, 1.0, vec![0.0; count]),
        "POLY" if (1.0..=16.0).contains(&degree) && degree.fract() == 0.0 => {
            let base = products(node, gamma, vec![offset; count])?;
            let mut power = base;
            let mut done = 1.0;
            while done < degree {
                power = node.add(Op::Mul, &[power, base])?;
                done += 1.0;
            }
            Ok(power)
        }
        "POLY" => Err(node.attributes.unsupported("kernel_params", degree, "a degree of 1 to 16")),
        "SIGMOID" => {
            let base = products(node, gamma, vec![offset; count])?;
            node.add(Op::Function(Function::Tanh), &[base])
        }
        "RBF" => {
            // |x|^2 - 2 x v + |v|^2, which is not negative.
            let lengths =
                vectors.chunks(inputs).map(|vector| vector.iter().map(|value| value * value).sum()).collect();
            let rest = products(node, -2.0, lengths)?;
            let squares = node.add(Op::Mul, &[edge, edge])?;
            let length = sum_over(node, squares, &[1], true)?;
            let distance = node.sum(&[(-gamma, length), (-gamma, rest)], 0.0)?;
            let distance = node.add(Op::Bounded { low: f64::NEG_INFINITY, high: 0.01 }, &[distance])?;
            node.add(Op::Function(Function::Exp), &[distance])
        }
        other => Err(node.attributes.unsupported("kernel_type", other, "LINEAR, POLY, RBF or SIGMOID")),
    }
}

pub(crate) fn regressor(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let &[1, inputs] = node.shape(edge) else {
        let shape = node.shape(edge).to_vec();
        return Err(node.fail(&format!("its input has shape {shape:?}, expected [1, features]")));
    };
    let list = |name: &str| -> Result<Vec<f64>> { Ok(node.attributes.floats(name)?.unwrap_or_default()) };
    let (coefficients, vectors, rho) = (list("coefficients")?, list("support_vectors")?, list("rho")?);
    let bias = vec![rho.first().copied().unwrap_or(0.0)];
    let transform = node.attributes.text("post_transform")?.unwrap_or("NONE");
    if transform != "NONE" {
        return Err(node.attributes.unsupported("post_transform", transform, "NONE"));
    }
    let count = usize::try_from(node.attributes.int("n_supports", 0)?).unwrap_or(0);
    let fits = if count == 0 {
        coefficients.len() == inputs
    } else {
        coefficients.len() == count && Some(vectors.len()) == count.checked_mul(inputs)
    };
    if !fits {
        let reason = format!(
            "has {} coefficients and {} values of support vectors, which does not fit {count} vectors of {inputs}",
            coefficients.len(),
            vectors.len()
        );
        return Err(node.fail(&reason));
    }
    let (terms, inputs) =
        if count == 0 { (edge, inputs) } else { (kernel(node, edge, &vectors, count)?, count) };
    let sums = node.add(Op::Gemm(Gemm { weights: coefficients, bias, inputs }), &[terms])?;
    if node.attributes.int("one_class", 0)? == 0 {
        return Ok(vec![sums]);
    }
    // 1 inside, -1 outside: above zero, or not.
    let negated = node.sum(&[(-1.0, sums)], 0.0)?;
    let outside = node.add(Op::IsNonNegative, &[negated])?;
    Ok(vec![node.sum(&[(-2.0, outside)], 1.0)?])
}
