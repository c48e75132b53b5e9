//! `SVMRegressor` and `SVMClassifier` of `ai.onnx.ml`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_SVMRegressor.html>,
//! <https://onnx.ai/onnx/operators/onnx_aionnxml_SVMClassifier.html>; scores and votes as onnxruntime gives them.

use super::reduce::sum_over;
use super::vector::labelled;
use super::wiring::{Source, Wire, joined};
use super::{Function, Gemm, Lowering, Op, Rows};
use crate::error::Result;
use crate::graph::EdgeId;

/// Adds the kernel of the input with each of some vectors.
fn kernel(node: &mut Lowering<'_>, edge: EdgeId, vectors: &[f64], count: usize) -> Result<EdgeId> {
    let inputs = vectors.len() / count;
    let list = node.attributes.floats("kernel_params")?.unwrap_or_default();
    let [gamma, offset, degree] = match list[..] {
        [] => [0.0; 3],
        [gamma, offset, degree] => [gamma, offset, degree],
        _ => {
            let expected = "gamma, offset and degree";
            return Err(node.attributes.unsupported("kernel_params", format!("{list:?}"), expected));
        }
    };
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
    if rho.len() != 1 {
        return Err(node.attributes.unsupported("rho", format!("{rho:?}"), "one number"));
    }
    let transform = node.attributes.text("post_transform")?.unwrap_or("NONE");
    if transform != "NONE" {
        return Err(node.attributes.unsupported("post_transform", transform, "NONE"));
    }
    let supports = node.attributes.int("n_supports", 0)?;
    let count = usize::try_from(supports)
        .map_err(|_| node.attributes.unsupported("n_supports", supports, "0 or more"))?;
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
    let sums = node.add(Op::Gemm(Gemm { weights: coefficients, bias: rho, inputs }), &[terms])?;
    if node.attributes.int("one_class", 0)? == 0 {
        return Ok(vec![sums]);
    }
    // 1 inside, -1 outside: above zero, or not.
    let negated = node.sum(&[(-1.0, sums)], 0.0)?;
    let outside = node.add(Op::IsNonNegative, &[negated])?;
    Ok(vec![node.sum(&[(-2.0, outside)], 1.0)?])
}

/// `SVMClassifier`: each two classes are told apart by a score, which is a vote for one of them.
pub(crate) fn classifier(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let &[1, inputs] = node.shape(edge) else {
        let shape = node.shape(edge).to_vec();
        return Err(node.fail(&format!("its input has shape {shape:?}, expected [1, features]")));
    };
    let list = |name: &str| -> Result<Vec<f64>> { Ok(node.attributes.floats(name)?.unwrap_or_default()) };
    let (coefficients, vectors, rho) = (list("coefficients")?, list("support_vectors")?, list("rho")?);
    let probability = match (list("prob_a")?.as_slice(), list("prob_b")?.as_slice()) {
        ([], []) => None,
        (&[slope], &[offset]) => Some((slope, offset)),
        _ => {
            let reason = "`prob_a` gives probabilities of more than two classes, which onnxruntime finds step by step; take the scores (`SVC(probability=False)`), or `CalibratedClassifierCV`";
            return Err(node.fail(reason));
        }
    };
    let transform = node.attributes.text("post_transform")?.unwrap_or("NONE");
    if transform != "NONE" {
        return Err(node.attributes.unsupported("post_transform", transform, "NONE"));
    }
    let counts = node.attributes.ints("vectors_per_class")?.unwrap_or_default();
    let counts: Option<Vec<usize>> =
        counts.iter().map(|count| usize::try_from(*count).ok().filter(|count| *count < 1 << 20)).collect();
    let counts = counts.unwrap_or_default();
    let (classes, count) = (counts.len(), counts.iter().sum::<usize>());
    let pairs: Vec<(usize, usize)> =
        (0..classes).flat_map(|one| (one + 1..classes).map(move |other| (one, other))).collect();
    let fits = count > 0
        && classes > 1
        && Some(vectors.len()) == count.checked_mul(inputs)
        && Some(coefficients.len()) == count.checked_mul(classes - 1)
        && rho.len() == pairs.len();
    if !fits {
        let reason = format!(
            "has {} coefficients, {} values of support vectors and {} of `rho`, which does not fit {count} vectors of {classes} classes and {inputs} inputs",
            coefficients.len(),
            vectors.len(),
            rho.len()
        );
        return Err(node.fail(&reason));
    }
    let kernels = kernel(node, edge, &vectors, count)?;
    let class_of: Vec<usize> =
        counts.iter().enumerate().flat_map(|(class, count)| std::iter::repeat_n(class, *count)).collect();
    let mut weights = Vec::with_capacity(pairs.len() * count);
    for (one, other) in &pairs {
        weights.extend(class_of.iter().enumerate().map(|(vector, class)| match class {
            class if class == one => coefficients[(other - 1) * count + vector],
            class if class == other => coefficients[one * count + vector],
            _ => 0.0,
        }));
    }
    let scores = node.add(Op::Gemm(Gemm { weights, bias: rho, inputs: count }), &[kernels])?;
    if let Some((slope, offset)) = probability {
        if classes != 2 {
            return Err(node.fail(&format!("has a probability of two classes, and {classes} classes")));
        }
        return probabilities(node, scores, slope, offset);
    }
    // A score above zero is a vote for the first of the two.
    let negated = node.sum(&[(-1.0, scores)], 0.0)?;
    let others = node.add(Op::IsNonNegative, &[negated])?;
    let ones = node.sum(&[(-1.0, others)], 1.0)?;
    let mut sources = Vec::new();
    for class in 0..classes {
        for (at, (one, other)) in pairs.iter().enumerate() {
            if *one == class {
                sources.push(Source::Element(0, at));
            } else if *other == class {
                sources.push(Source::Element(1, at));
            }
        }
    }
    let ballots =
        node.add(Op::Wire(Wire { shape: vec![1, classes, classes - 1], sources }), &[ones, others])?;
    let votes = sum_over(node, ballots, &[2], false)?;
    let at = node.add(Op::ArgMax(Rows::over(&[1, classes], 1, 2, false)), &[votes])?;
    let label = labelled(node, at, classes)?;
    // Of two classes both have a score.
    let shown = if classes == 2 { joined(node, &[negated, scores], 1)? } else { scores };
    Ok(vec![label, shown])
}

/// Adds label and probabilities of two classes: a logistic function of the score.
///
/// onnxruntime looks for the probabilities step by step from one half on, and stops where they are within 0.01 of what both
/// classes' scores say: so it leaves them at one half, and takes the first class, down to a probability of 0.495 of that.
fn probabilities(node: &mut Lowering<'_>, scores: EdgeId, slope: f64, offset: f64) -> Result<Vec<EdgeId>> {
    let exponent = node.sum(&[(-slope, scores)], -offset)?;
    let first = node.add(Op::Function(Function::Sigmoid), &[exponent])?;
    let less = node.sum(&[(-1.0, first)], 0.495)?;
    let second = node.add(Op::IsNonNegative, &[less])?;
    let second = node.reshape(second, &[1])?;
    let label = labelled(node, second, 2)?;
    let other = node.sum(&[(-1.0, first)], 1.0)?;
    Ok(vec![label, joined(node, &[first, other], 1)?])
}
