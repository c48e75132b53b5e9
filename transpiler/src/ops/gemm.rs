//! Products of matrices: `Gemm`, `MatMul`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Gemm.html>, <https://onnx.ai/onnx/operators/onnx__MatMul.html>.

use ndarray::ArrayD;

use super::{Affine, Argument, Lowering, Op};
use crate::error::Result;
use crate::fold::broadcast;
use crate::graph::EdgeId;
use crate::tensor::flat;

/// Each row of the input, along its last axis, by a constant matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Gemm {
    /// `[units, inputs]`, row-major.
    pub weights: Vec<f64>,
    /// One per unit.
    pub bias: Vec<f64>,
    /// Number of inputs.
    pub inputs: usize,
}

/// The product of two stacks of matrices, of as many each.
#[derive(Clone, Debug, PartialEq)]
pub struct MatMul {
    /// Number of matrices in a stack.
    pub stack: usize,
    /// Rows of the left ones.
    pub rows: usize,
    /// Columns of the left ones, rows of the right ones.
    pub inner: usize,
    /// Columns of the right ones.
    pub columns: usize,
    /// The output's shape.
    pub shape: Vec<usize>,
}

impl Gemm {
    pub(crate) fn output_shape(&self, input: &[usize]) -> std::result::Result<Vec<usize>, String> {
        match input {
            [outer @ .., inputs] if *inputs == self.inputs => {
                Ok(outer.iter().copied().chain([self.bias.len()]).collect())
            }
            _ => Err(format!("input shape {input:?} does not fit {} inputs", self.inputs)),
        }
    }

    pub(crate) fn eval(&self, input: &ArrayD<f64>) -> Vec<f64> {
        let values = flat(input);
        let row = |values: &[f64]| -> Vec<f64> {
            let units = self.weights.chunks(self.inputs).zip(&self.bias);
            units
                .map(|(row, bias)| {
                    bias + row.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>()
                })
                .collect()
        };
        values.chunks(self.inputs.max(1)).flat_map(row).collect()
    }
}

impl MatMul {
    /// Calls `visit` with the positions in both inputs and in the output of each product.
    pub(crate) fn for_each_product(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let Self { stack, rows, inner, columns, .. } = *self;
        for s in 0..stack {
            for i in 0..rows {
                for j in 0..columns {
                    for l in 0..inner {
                        visit(
                            (s * rows + i) * inner + l,
                            (s * inner + l) * columns + j,
                            (s * rows + i) * columns + j,
                        );
                    }
                }
            }
        }
    }

    pub(crate) fn eval(&self, left: &[f64], right: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.stack * self.rows * self.columns];
        self.for_each_product(|a, b, out| sums[out] += left[a] * right[b]);
        sums
    }
}

pub(crate) fn gemm(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let attributes = node.attributes;
    let (alpha, beta) = (attributes.float("alpha", 1.0)?, attributes.float("beta", 1.0)?);
    let (trans_a, trans_b) = (attributes.int("transA", 0)? != 0, attributes.int("transB", 0)? != 0);
    let mut a = node.edge(0)?;
    if node.shape(a).len() != 2 || node.shape_at(1)?.len() != 2 {
        let reason = format!(
            "`A` and `B` have shapes {:?} and {:?}, expected two axes each",
            node.shape(a),
            node.shape_at(1)?
        );
        return Err(node.fail(&reason));
    }
    if trans_a {
        a = node.transpose(a, &[1, 0])?;
    }
    let product = match node.arguments.get(1) {
        Some(Argument::Constant(constant)) => {
            let matrix = constant.to_float();
            let matrix = if trans_b { matrix } else { matrix.reversed_axes() };
            with_matrix(node, a, &matrix.mapv(|weight| weight * alpha))?
        }
        _ => {
            let mut b = node.edge(1)?;
            if trans_b {
                b = node.transpose(b, &[1, 0])?;
            }
            let product = mat_mul_edges(node, a, b)?;
            if alpha == 1.0 { product } else { node.sum(&[(alpha, product)], 0.0)? }
        }
    };
    let c = match node.arguments.get(2).cloned() {
        None | Some(Argument::Absent) => return Ok(vec![product]),
        Some(Argument::Constant(constant)) => {
            let values = constant.to_float().mapv(|value| beta * value);
            let shape = node.shape(product).to_vec();
            if values.broadcast(shape.clone()).is_none() {
                let reason = format!("`C` has shape {:?}, expected one that fits {shape:?}", values.shape());
                return Err(node.fail(&reason));
            }
            // Also a bias of one value is a parameter.
            let values = values
                .broadcast(vec![1; shape.len() - 1].into_iter().chain([shape[1]]).collect::<Vec<_>>())
                .map_or(values.clone(), |values| values.to_owned());
            let affine = Affine::of(&shape, None, Some(&values));
            return Ok(vec![node.add(Op::Affine(affine), &[product])?]);
        }
        Some(Argument::Edge(c)) => c,
    };
    Ok(vec![node.sum(&[(1.0, product), (beta, c)], 0.0)?])
}

/// Adds the rows of an edge by the rows of a constant matrix `[units, inputs]`.
pub(crate) fn with_matrix(node: &mut Lowering<'_>, edge: EdgeId, matrix: &ArrayD<f64>) -> Result<EdgeId> {
    match *matrix.shape() {
        [units, inputs] if node.shape(edge).last() == Some(&inputs) && units > 0 && inputs > 0 => {
            let gemm = Gemm { weights: flat(matrix), bias: vec![0.0; units], inputs };
            node.add(Op::Gemm(gemm), &[edge])
        }
        _ => {
            let mut found = matrix.shape().to_vec();
            found.reverse();
            let shape = node.shape(edge);
            Err(node.fail(&format!("a matrix of shape {found:?} does not fit an input of shape {shape:?}")))
        }
    }
}

pub(crate) fn mat_mul(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    if let (Some(Argument::Edge(edge)), Some(Argument::Constant(constant))) =
        (node.arguments.first().cloned(), node.arguments.get(1))
        && constant.shape().len() == 2
    {
        let matrix = constant.to_float().reversed_axes().as_standard_layout().into_owned();
        return Ok(vec![with_matrix(node, edge, &matrix)?]);
    }
    let (mut left, mut right) = (node.edge(0)?, node.edge(1)?);
    let (is_row, is_column) = (node.shape(left).len() == 1, node.shape(right).len() == 1);
    if is_row {
        left = node.reshape(left, &[1, node.shape(left)[0]])?;
    }
    if is_column {
        right = node.reshape(right, &[node.shape(right)[0], 1])?;
    }
    let product = mat_mul_edges(node, left, right)?;
    let mut shape = node.shape(product).to_vec();
    if is_column {
        shape.pop();
    }
    if is_row {
        shape.remove(shape.len() - if is_column { 1 } else { 2 });
    }
    Ok(vec![node.reshape(product, &shape)?])
}

/// Adds the product of two edges of two axes or more; leading axes are broadcast.
pub(crate) fn mat_mul_edges(node: &mut Lowering<'_>, left: EdgeId, right: EdgeId) -> Result<EdgeId> {
    let (a, b) = (node.shape(left).to_vec(), node.shape(right).to_vec());
    let fit = |node: &Lowering<'_>| node.fail(&format!("shapes {a:?} and {b:?} do not fit together"));
    let ([outer_a @ .., rows, inner], [outer_b @ .., inner_b, columns]) = (&a[..], &b[..]) else {
        return Err(fit(node));
    };
    let Some(outer) = broadcast(outer_a, outer_b).filter(|_| inner == inner_b) else {
        return Err(fit(node));
    };
    let with = |ends: [usize; 2]| -> Vec<usize> { outer.iter().copied().chain(ends).collect() };
    let left = node.expand(left, &with([*rows, *inner]))?;
    let right = node.expand(right, &with([*inner, *columns]))?;
    let product = MatMul {
        stack: outer.iter().product(),
        rows: *rows,
        inner: *inner,
        columns: *columns,
        shape: with([*rows, *columns]),
    };
    node.add(Op::MatMul(product), &[left, right])
}
