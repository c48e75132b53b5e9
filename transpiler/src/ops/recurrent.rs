//! `RNN`, `GRU` and `LSTM`, unrolled over the sequence; all steps have the same parameters.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__LSTM.html> and its neighbours.

use ndarray::{ArrayD, Axis};

use super::elementwise::limited;
use super::wiring::{joined, part};
use super::{Argument, Function, Gemm, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::flat;

/// The parameters of one direction.
struct Direction {
    /// `[gates * hidden, inputs]`.
    input: ArrayD<f64>,
    /// `[gates * hidden, hidden]`.
    recurrence: ArrayD<f64>,
    /// One per row, of the input and of the recurrence.
    biases: [Vec<f64>; 2],
    /// The functions of the gates, of the candidate, of the output.
    functions: Vec<String>,
    is_reverse: bool,
}

/// What a step goes on from: hidden state and cell; `None` is zero.
type State = [Option<EdgeId>; 2];

pub(crate) fn recurrent(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let attributes = node.attributes;
    if attributes.get("clip").is_some() || node.has(7) {
        return Err(node.fail("`clip` and peepholes are not supported"));
    }
    if attributes.int("input_forget", 0)? != 0 {
        return Err(attributes.unsupported("input_forget", 1, "0"));
    }
    let is_batch_first = attributes.int("layout", 0)? != 0;
    let mut x = node.edge(0)?;
    if node.shape(x).len() != 3 {
        return Err(node.fail(&format!("its input has shape {:?}, expected three axes", node.shape(x))));
    }
    if is_batch_first {
        x = node.transpose(x, &[1, 0, 2])?;
    }
    let &[steps, batch, inputs] = node.shape(x) else {
        return Err(node.fail("its input does not have three axes"));
    };
    if let Some(lengths) = node.ints(4, "sequence_lens")?
        && lengths.iter().any(|length| usize::try_from(*length) != Ok(steps))
    {
        return Err(node.fail(&format!("`sequence_lens` {lengths:?} is not supported, expected {steps}")));
    }
    let directions = directions(node, inputs)?;
    let (mut sequences, mut hidden_ends, mut cell_ends) = (Vec::new(), Vec::new(), Vec::new());
    for (number, direction) in directions.iter().enumerate() {
        let hidden = direction.recurrence.shape()[1];
        let initial = |position: usize, node: &mut Lowering<'_>| -> Result<Option<EdgeId>> {
            if !node.has(position) {
                return Ok(None);
            }
            if let Some(Argument::Constant(constant)) = node.arguments.get(position)
                && constant.to_float().iter().all(|value| *value == 0.0)
            {
                return Ok(None);
            }
            let mut state = node.edge(position)?;
            if is_batch_first {
                state = node.transpose(state, &[1, 0, 2])?;
            }
            let state = part(node, state, 0, number, number + 1)?;
            node.reshape(state, &[batch, hidden]).map(Some)
        };
        let mut state: State = [initial(5, node)?, initial(6, node)?];
        let projected = linear(node, x, &direction.input, &direction.biases[0])?;
        let mut outputs = Vec::new();
        let order: Vec<usize> =
            if direction.is_reverse { (0..steps).rev().collect() } else { (0..steps).collect() };
        for step in order {
            let now = part(node, projected, 0, step, step + 1)?;
            let now = node.reshape(now, &[batch, direction.input.shape()[0]])?;
            state = match node.operator() {
                "LSTM" => lstm_step(node, direction, now, state)?,
                "GRU" => gru_step(node, direction, now, state)?,
                _ => rnn_step(node, direction, now, state)?,
            };
            let Some(output) = state[0] else {
                return Err(node.fail("a step has no output"));
            };
            outputs.push(node.reshape(output, &[1, 1, batch, hidden])?);
        }
        let end = |node: &mut Lowering<'_>, state: Option<EdgeId>| match state {
            Some(edge) => node.reshape(edge, &[1, batch, hidden]).map(Some),
            None => Ok(None),
        };
        hidden_ends.extend(end(node, state[0])?);
        cell_ends.extend(end(node, state[1])?);
        if direction.is_reverse {
            outputs.reverse();
        }
        sequences.push(joined(node, &outputs, 0)?);
    }
    let mut results = vec![joined(node, &sequences, 1)?, joined(node, &hidden_ends, 0)?];
    if !cell_ends.is_empty() {
        results.push(joined(node, &cell_ends, 0)?);
    }
    if is_batch_first {
        results[0] = node.transpose(results[0], &[2, 0, 1, 3])?;
        for end in &mut results[1..] {
            *end = node.transpose(*end, &[1, 0, 2])?;
        }
    }
    Ok(results)
}

fn directions(node: &Lowering<'_>, inputs: usize) -> Result<Vec<Direction>> {
    let attributes = node.attributes;
    let (w, r) = (node.constant(1, "W")?, node.constant(2, "R")?);
    let (gates, defaults): (usize, &[&str]) = match node.operator() {
        "LSTM" => (4, &["Sigmoid", "Tanh", "Tanh"]),
        "GRU" => (3, &["Sigmoid", "Tanh"]),
        _ => (1, &["Tanh"]),
    };
    let is_reverse: &[bool] = match attributes.text("direction")?.unwrap_or("forward") {
        "forward" => &[false],
        "reverse" => &[true],
        "bidirectional" => &[false, true],
        other => return Err(attributes.unsupported("direction", other, "forward, reverse or bidirectional")),
    };
    let hidden = r.shape().last().copied().unwrap_or(0);
    let count = is_reverse.len();
    if hidden == 0
        || w.shape() != [count, gates * hidden, inputs]
        || r.shape() != [count, gates * hidden, hidden]
    {
        let reason = format!(
            "`W` and `R` have shapes {:?} and {:?}, which do not fit {inputs} inputs",
            w.shape(),
            r.shape()
        );
        return Err(node.fail(&reason));
    }
    let biases = node.optional(3, "B")?.map_or_else(|| vec![0.0; count * 2 * gates * hidden], |b| flat(&b));
    if biases.len() != count * 2 * gates * hidden {
        return Err(node.fail(&format!(
            "`B` has {} values, expected {}",
            biases.len(),
            count * 2 * gates * hidden
        )));
    }
    let listed = match attributes.get("activations") {
        None => defaults.repeat(count).into_iter().map(str::to_owned).collect(),
        Some(crate::onnx::Attribute::Texts(names)) => names.clone(),
        Some(other) => return Err(attributes.unsupported("activations", format!("{other:?}"), "strings")),
    };
    if listed.len() != count * defaults.len() {
        return Err(node.fail(&format!(
            "`activations` names {} functions, expected {}",
            listed.len(),
            count * defaults.len()
        )));
    }
    let rows = gates * hidden;
    Ok(is_reverse
        .iter()
        .enumerate()
        .map(|(number, is_reverse)| {
            let own = &biases[number * 2 * rows..(number + 1) * 2 * rows];
            Direction {
                input: w.index_axis(Axis(0), number).to_owned(),
                recurrence: r.index_axis(Axis(0), number).to_owned(),
                biases: [own[..rows].to_vec(), own[rows..].to_vec()],
                functions: listed[number * defaults.len()..(number + 1) * defaults.len()].to_vec(),
                is_reverse: *is_reverse,
            }
        })
        .collect())
}

/// Adds the rows of an edge by a matrix `[units, inputs]`, plus a bias.
fn linear(node: &mut Lowering<'_>, edge: EdgeId, matrix: &ArrayD<f64>, bias: &[f64]) -> Result<EdgeId> {
    let gemm = Gemm { weights: flat(matrix), bias: bias.to_vec(), inputs: matrix.shape()[1] };
    node.add(Op::Gemm(gemm), &[edge])
}

/// Adds the product of the recurrence with a state; its bias alone when the state is zero.
fn recurrence(
    node: &mut Lowering<'_>,
    direction: &Direction,
    now: EdgeId,
    hidden: Option<EdgeId>,
) -> Result<EdgeId> {
    let bias = &direction.biases[1];
    if let Some(hidden) = hidden {
        let product = linear(node, hidden, &direction.recurrence, bias)?;
        return node.sum(&[(1.0, now), (1.0, product)], 0.0);
    }
    if bias.iter().all(|value| *value == 0.0) {
        return Ok(now);
    }
    let values = ArrayD::from_shape_vec(vec![bias.len()], bias.clone()).expect("one axis");
    let affine = super::Affine::of(node.shape(now), None, Some(&values));
    node.add(Op::Affine(affine), &[now])
}

fn activated(node: &mut Lowering<'_>, name: &str, edge: EdgeId) -> Result<EdgeId> {
    match name.to_lowercase().as_str() {
        "sigmoid" => node.add(Op::Function(Function::Sigmoid), &[edge]),
        "tanh" => node.add(Op::Function(Function::Tanh), &[edge]),
        "softplus" => node.add(Op::Function(Function::Softplus), &[edge]),
        "softsign" => node.add(Op::Function(Function::Softsign), &[edge]),
        "relu" => node.relu(edge),
        "hardsigmoid" => {
            let line = node.sum(&[(0.2, edge)], 0.5)?;
            limited(node, line, Some(0.0), Some(1.0))
        }
        _ => Err(node.attributes.unsupported(
            "activations",
            name,
            "Sigmoid, Tanh, Relu, HardSigmoid, Softplus or Softsign",
        )),
    }
}

/// Adds one of the gates, which stand side by side.
fn gate(node: &mut Lowering<'_>, all: EdgeId, number: usize, hidden: usize) -> Result<EdgeId> {
    part(node, all, 1, number * hidden, (number + 1) * hidden)
}

fn rnn_step(
    node: &mut Lowering<'_>,
    direction: &Direction,
    now: EdgeId,
    [hidden, _]: State,
) -> Result<State> {
    let sum = recurrence(node, direction, now, hidden)?;
    Ok([Some(activated(node, &direction.functions[0], sum)?), None])
}

fn lstm_step(
    node: &mut Lowering<'_>,
    direction: &Direction,
    now: EdgeId,
    [hidden, cell]: State,
) -> Result<State> {
    let size = direction.recurrence.shape()[1];
    let all = recurrence(node, direction, now, hidden)?;
    let [of_gates, of_candidate, of_output] = [0, 1, 2].map(|at| direction.functions[at].clone());
    let input = gate(node, all, 0, size)?;
    let input = activated(node, &of_gates, input)?;
    let candidate = gate(node, all, 3, size)?;
    let candidate = activated(node, &of_candidate, candidate)?;
    let mut next = node.mul(input, candidate)?;
    if let Some(cell) = cell {
        let forget = gate(node, all, 2, size)?;
        let forget = activated(node, &of_gates, forget)?;
        let kept = node.mul(forget, cell)?;
        next = node.sum(&[(1.0, kept), (1.0, next)], 0.0)?;
    }
    let output = gate(node, all, 1, size)?;
    let output = activated(node, &of_gates, output)?;
    let shown = activated(node, &of_output, next)?;
    Ok([Some(node.mul(output, shown)?), Some(next)])
}

fn gru_step(
    node: &mut Lowering<'_>,
    direction: &Direction,
    now: EdgeId,
    [hidden, _]: State,
) -> Result<State> {
    let size = direction.recurrence.shape()[1];
    let [of_gates, of_candidate] = [0, 1].map(|at| direction.functions[at].clone());
    let rows = |from: usize, to: usize| Direction {
        input: direction.input.clone(),
        recurrence: direction
            .recurrence
            .slice_axis(Axis(0), ndarray::Slice::from(from * size..to * size))
            .to_owned(),
        biases: [Vec::new(), direction.biases[1][from * size..to * size].to_vec()],
        functions: Vec::new(),
        is_reverse: false,
    };
    let both = part(node, now, 1, 0, 2 * size)?;
    let both = recurrence(node, &rows(0, 2), both, hidden)?;
    let update = gate(node, both, 0, size)?;
    let update = activated(node, &of_gates, update)?;
    let reset = gate(node, both, 1, size)?;
    let reset = activated(node, &of_gates, reset)?;
    let candidate = gate(node, now, 2, size)?;
    let own = rows(2, 3);
    let is_linear_first = node.attributes.int("linear_before_reset", 0)? != 0;
    let candidate = match hidden {
        Some(hidden) if is_linear_first => {
            let product = linear(node, hidden, &own.recurrence, &own.biases[1])?;
            let product = node.mul(reset, product)?;
            node.sum(&[(1.0, candidate), (1.0, product)], 0.0)?
        }
        Some(hidden) => {
            let seen = node.mul(reset, hidden)?;
            recurrence(node, &own, candidate, Some(seen))?
        }
        None if is_linear_first && own.biases[1].iter().any(|value| *value != 0.0) => {
            let values = ArrayD::from_shape_vec(vec![size], own.biases[1].clone()).expect("one axis");
            let product = super::elementwise::scaled(node, reset, &values)?;
            node.sum(&[(1.0, candidate), (1.0, product)], 0.0)?
        }
        None => recurrence(node, &own, candidate, None)?,
    };
    let candidate = activated(node, &of_candidate, candidate)?;
    // (1 - z) * candidate + z * hidden = candidate + z * (hidden - candidate)
    let difference = match hidden {
        Some(hidden) => node.sum(&[(1.0, hidden), (-1.0, candidate)], 0.0)?,
        None => node.sum(&[(-1.0, candidate)], 0.0)?,
    };
    let moved = node.mul(update, difference)?;
    Ok([Some(node.sum(&[(1.0, candidate), (1.0, moved)], 0.0)?), None])
}
