//! `Gemm` and `MatMul` by a constant: fully connected layers.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Gemm.html>, <https://onnx.ai/onnx/operators/onnx__MatMul.html>.

use ndarray::ArrayD;

use super::{Argument, Attributes};
use crate::error::Result;
use crate::tensor::flat;

/// A fully connected layer with constant parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Gemm {
    /// `[units, inputs]`, row-major.
    pub weights: Vec<f64>,
    /// One per unit.
    pub bias: Vec<f64>,
    /// Number of inputs.
    pub inputs: usize,
}

pub(crate) fn parse_gemm(
    attributes: &Attributes<'_>,
    shape: &[usize],
    arguments: &[Argument],
) -> Result<Gemm> {
    if attributes.int("transA", 0)? != 0 {
        return Err(attributes.unsupported("transA", 1, "0"));
    }
    let (alpha, beta) = (attributes.float("alpha", 1.0)?, attributes.float("beta", 1.0)?);
    let transposed = attributes.int("transB", 0)? != 0;
    let mut gemm = matrix(attributes, shape, arguments, transposed)?;
    for weight in &mut gemm.weights {
        *weight *= alpha;
    }
    if !matches!(arguments.get(2), None | Some(Argument::Absent)) {
        let bias = attributes.constant(arguments, 2, "C")?;
        let units = gemm.bias.len();
        let Some(bias) = bias.broadcast(vec![1, units]) else {
            let reason = format!("`C` has shape {:?}, expected one value per unit, {units}", bias.shape());
            return Err(attributes.fail(&reason));
        };
        gemm.bias = bias.iter().map(|value| value * beta).collect();
    }
    Ok(gemm)
}

pub(crate) fn parse_mat_mul(
    attributes: &Attributes<'_>,
    shape: &[usize],
    arguments: &[Argument],
) -> Result<Gemm> {
    matrix(attributes, shape, arguments, false)
}

fn matrix(
    attributes: &Attributes<'_>,
    shape: &[usize],
    arguments: &[Argument],
    transposed: bool,
) -> Result<Gemm> {
    let &[1, inputs] = shape else {
        return Err(attributes.fail(&format!("its input has shape {shape:?}, expected [1, inputs]")));
    };
    let weights = attributes.constant(arguments, 1, "B")?;
    let weights = if transposed { weights } else { weights.reversed_axes() };
    match *weights.shape() {
        [units, found] if found == inputs && units > 0 && inputs > 0 => {
            Ok(Gemm { weights: flat(&weights), bias: vec![0.0; units], inputs })
        }
        _ => {
            let mut found = weights.shape().to_vec();
            if !transposed {
                found.reverse();
            }
            Err(attributes
                .fail(&format!("`B` has shape {found:?}, which does not fit an input of shape {shape:?}")))
        }
    }
}

impl Gemm {
    pub(crate) fn output_shape(&self, input: &[usize]) -> std::result::Result<Vec<usize>, String> {
        match *input {
            [batch, inputs] if inputs == self.inputs => Ok(vec![batch, self.bias.len()]),
            _ => Err(format!("input shape {input:?} does not fit {} inputs", self.inputs)),
        }
    }

    pub(crate) fn eval(&self, input: &ArrayD<f64>) -> Vec<f64> {
        let values = flat(input);
        let rows = self.weights.chunks(self.inputs).zip(&self.bias);
        rows.map(|(row, bias)| {
            bias + row.iter().zip(&values).map(|(weight, value)| weight * value).sum::<f64>()
        })
        .collect()
    }
}
