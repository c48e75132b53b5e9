//! Whether the first axis of a model's inputs is a batch: samples that have nothing to do with each other.

use ndarray::ArrayD;

use crate::graph::{Graph, Node};
use crate::ops::{Op, Rows, Source};
use crate::tensor::{array, flat};

/// The samples that a value depends on, one bit for each.
type Samples = u64;

/// Most samples that are told apart.
pub(crate) const MOST_SAMPLES: usize = 64;

/// Returns whether a graph of several samples is as many times the graph of one: each output holds the outputs of the samples
/// one after the other, which depend on nothing else and have the same values. `inputs` tells which inputs have the axis.
pub(crate) fn is_batch(one: &Graph, several: &Graph, count: usize, inputs: &[bool]) -> bool {
    let Some(dependences) = dependences(several, count, inputs) else {
        return false;
    };
    let pairs = || one.outputs.iter().zip(&several.outputs);
    let is_apart = |position: usize, size: usize, samples: Samples| samples & !(1 << (position / size)) == 0;
    let are_apart = one.outputs.len() == several.outputs.len()
        && pairs().all(|(single, joint)| {
            let size: usize = one.edges[single.0].shape.iter().product();
            let dependences = &dependences[joint.0];
            size * count == dependences.len()
                && dependences
                    .iter()
                    .enumerate()
                    .all(|(position, samples)| is_apart(position, size, *samples))
        });
    are_apart && have_same_values(one, several, count, inputs)
}

/// Returns the samples that each value of each edge depends on.
fn dependences(graph: &Graph, count: usize, inputs: &[bool]) -> Option<Vec<Vec<Samples>>> {
    let mut known: Vec<Vec<Samples>> = vec![Vec::new(); graph.edges.len()];
    for (edge, is_batched) in graph.inputs.iter().zip(inputs) {
        let size: usize = graph.edges[edge.0].shape.iter().product();
        let sample = |position: usize| if *is_batched { 1 << (position / (size / count)) } else { 0 };
        known[edge.0] = (0..size).map(sample).collect();
    }
    for node in &graph.nodes {
        let size: usize = graph.edges[node.output.0].shape.iter().product();
        let result = of_node(graph, node, &known, size);
        if result.len() != size {
            return None;
        }
        known[node.output.0] = result;
    }
    Some(known)
}

fn of_node(graph: &Graph, node: &Node, known: &[Vec<Samples>], size: usize) -> Vec<Samples> {
    let inputs: Vec<&[Samples]> = node.inputs.iter().map(|edge| known[edge.0].as_slice()).collect();
    let shape = |input: usize| graph.edges[node.inputs[input].0].shape.as_slice();
    let all = |values: &[Samples]| values.iter().fold(0, |sum, samples| sum | samples);
    // Each of a number of parts of the input gives one part of the output.
    let by_parts = |parts: usize| -> Vec<Samples> {
        let (from, to) = (inputs[0].len() / parts.max(1), size / parts.max(1));
        let part = |part: &[Samples]| std::iter::repeat_n(all(part), to);
        if from == 0 { Vec::new() } else { inputs[0].chunks(from).flat_map(part).collect() }
    };
    let rows = |rows: &Rows| rows.fold(inputs[0], |left, right| left | right);
    match &node.op {
        Op::Parameter(_) => vec![0; size],
        Op::Wire(wire) => {
            let source = |source: &Source| match source {
                Source::Element(input, position) => inputs[*input][*position],
                Source::Constant(_) => 0,
            };
            wire.sources.iter().map(source).collect()
        }
        Op::Transpose(axes) => match array(shape(0), inputs[0].to_vec()) {
            Some(values) => flat(&values.permuted_axes(axes.clone())),
            None => Vec::new(),
        },
        Op::Sum { .. } | Op::Mul | Op::Quotient => {
            (0..size).map(|position| inputs.iter().fold(0, |sum, input| sum | input[position])).collect()
        }
        Op::OneHot(_) => by_parts(inputs[0].len()),
        Op::Gemm(gemm) => by_parts(inputs[0].len() / gemm.inputs.max(1)),
        Op::Conv(_) => by_parts(shape(0)[0]),
        Op::MaxPool(_) | Op::AveragePool(_) => by_parts(shape(0)[0] * shape(0)[1]),
        Op::MatMul(product) => {
            let mut result = vec![0; size];
            for stack in 0..product.stack {
                let left = &inputs[0][stack * product.rows * product.inner..][..product.rows * product.inner];
                let right =
                    &inputs[1][stack * product.inner * product.columns..][..product.inner * product.columns];
                let mut columns = vec![0; product.columns];
                for row in right.chunks(product.columns.max(1)) {
                    columns.iter_mut().zip(row).for_each(|(sum, samples)| *sum |= samples);
                }
                let result = &mut result[stack * product.rows * product.columns..];
                for (row, values) in left.chunks(product.inner.max(1)).enumerate() {
                    let of_row = all(values);
                    for (column, of_column) in columns.iter().enumerate() {
                        result[row * product.columns + column] = of_row | of_column;
                    }
                }
            }
            result
        }
        Op::ReduceSum(view) | Op::ReduceMax(view) | Op::ArgMax(view) => rows(view),
        Op::Softmax { .. } => by_parts(1),
        Op::Affine(_)
        | Op::Relu
        | Op::Function(_)
        | Op::Reciprocal
        | Op::Sqrt
        | Op::Round
        | Op::Saturate { .. }
        | Op::IsNonNegative
        | Op::IsZero
        | Op::Floor { .. }
        | Op::Wrap(_)
        | Op::Within(_)
        | Op::Positive
        | Op::AboveZero
        | Op::Reshape(_)
        | Op::Bounded { .. }
        | Op::Identity => inputs[0].to_vec(),
    }
}

/// Returns whether samples have the same values together and alone, of which a few are tried: what depends on the number of
/// samples is no batch.
fn have_same_values(one: &Graph, several: &Graph, count: usize, inputs: &[bool]) -> bool {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |is_integer: bool| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
        let fraction = (state >> 32) as f64 / 4_294_967_296.0;
        if is_integer { (2.0 * fraction).floor() } else { 2.0 * fraction - 1.0 }
    };
    let joint: Vec<ArrayD<f64>> = several
        .inputs
        .iter()
        .map(|edge| {
            let edge = &several.edges[edge.0];
            ArrayD::from_shape_simple_fn(edge.shape.clone(), || next(edge.is_integer))
        })
        .collect();
    let together = several.eval(&joint);
    (0..count).all(|sample| {
        let alone: Option<Vec<ArrayD<f64>>> = one
            .inputs
            .iter()
            .zip(&joint)
            .zip(inputs)
            .map(|((edge, values), is_batched)| {
                let shape = &one.edges[edge.0].shape;
                let size: usize = shape.iter().product();
                let first = if *is_batched { sample * size } else { 0 };
                array(shape, values.iter().skip(first).take(size).copied().collect())
            })
            .collect();
        let Some(alone) = alone else {
            return false;
        };
        let alone = one.eval(&alone);
        one.outputs.iter().zip(&several.outputs).all(|(single, joint)| {
            let size = alone[single.0].len();
            let joint = together[joint.0].iter().skip(sample * size);
            alone[single.0].iter().zip(joint).all(|(alone, joint)| {
                alone == joint
                    || (alone - joint).abs() <= 1e-6 * (1.0 + alone.abs())
                    || (alone.is_nan() && joint.is_nan())
            })
        })
    })
}
