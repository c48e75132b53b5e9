//! `SimpleRNN`, `LSTM`, `GRU`, `RNN` of cells, `ConvLSTM1D` to `ConvLSTM3D`, and `Bidirectional`.
//!
//! Those that ONNX has too become its `RNN`, `LSTM` and `GRU`; with masks, given states or other cells, step after step is
//! written out.

use ndarray::{ArrayD, Axis, IxDyn, Slice};
use serde_json::Value as Json;

use super::builder::{Builder, Value, op};
use super::cell::{Cell, States};
use super::config::Layer;
use super::inputs::Inputs;
use super::mask::{self, Tensor};
use crate::error::Result;
use crate::onnx::Attribute;

/// Returns whether a layer goes over a sequence and takes a mask and states.
pub(super) fn is_recurrent(class: &str) -> bool {
    matches!(
        class,
        "SimpleRNN" | "LSTM" | "GRU" | "RNN" | "ConvLSTM1D" | "ConvLSTM2D" | "ConvLSTM3D" | "Bidirectional"
    )
}

/// What a sequence is read with.
struct Reading {
    sequence: Value,
    mask: Option<Value>,
    states: Vec<Value>,
}

/// Translates a recurrent layer: its output, and its states if it returns them.
pub(super) fn recurrent(
    builder: &mut Builder,
    layer: &Layer<'_>,
    inputs: &Inputs<'_>,
) -> Result<Vec<Tensor>> {
    let mut tensors = inputs.tensors();
    if tensors.is_empty() {
        return Err(layer.fail("has no input"));
    }
    let sequence = tensors.remove(0);
    tensors.extend(inputs.tensors_of("initial_state"));
    let states: Vec<Value> = tensors.into_iter().map(|state| state.value).collect();
    // Beside given states Keras does not look for a mask, but hands it on.
    let given = inputs.value_of(layer, "mask")?;
    let known = given.clone().or_else(|| sequence.mask());
    let mask = if states.is_empty() { known.clone() } else { given };
    let value = sequence.value;
    if let Some(mask) = &mask
        && (value.rank() < 2 || mask.shape() != value.shape()[..2])
    {
        let (mask, value) = (mask.shape(), value.shape());
        return Err(layer.fail(format!("its mask has shape {mask:?}, its input {value:?}")));
    }
    let reading = Reading { sequence: value, mask, states };
    if layer.class == "Bidirectional" {
        return bidirectional(builder, layer, &reading, known);
    }
    let returns_sequences = layer.flag("return_sequences", false)?;
    let is_reverse = layer.flag("go_backwards", false)?;
    let zeroes = layer.flag("zero_output_for_mask", false)?;
    let mut outputs = direction(builder, layer, &reading, "", zeroes)?;
    if is_reverse && returns_sequences {
        // Keras gives the sequence in the order it is read, ONNX in the order of the input.
        outputs[0] = reversed(builder, &outputs[0]);
    }
    Ok(masked_first(outputs, known.as_ref().filter(|_| returns_sequences)))
}

fn masked_first(outputs: Vec<Value>, mask: Option<&Value>) -> Vec<Tensor> {
    let mask_of = |number: usize| mask.filter(|_| number == 0).cloned();
    outputs.into_iter().enumerate().map(|(number, value)| Tensor::new(value, mask_of(number))).collect()
}

/// Translates `Bidirectional`.
fn bidirectional(
    builder: &mut Builder,
    layer: &Layer<'_>,
    reading: &Reading,
    mask: Option<Value>,
) -> Result<Vec<Tensor>> {
    let forward = layer.wrapped("layer", "forward_layer")?;
    let mut backward = match layer.get("backward_layer") {
        Some(_) => layer.wrapped("backward_layer", "backward_layer")?,
        None => layer.wrapped("layer", "backward_layer")?,
    };
    if forward.is_custom || backward.is_custom {
        return Err(layer.fail("of a class of the model's own is not supported"));
    }
    let name =
        |layer: &Layer<'_>| layer.config.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
    let inner = name(&forward);
    let (mut forward, mut config) = (forward, backward.config.clone());
    config.insert("go_backwards".to_owned(), Json::Bool(true));
    if layer.get("backward_layer").is_none() || !name(&backward).starts_with("backward_") {
        // Keras 2 keeps one layer, from whose name it makes two.
        forward.scope = layer.scope.part("forward_layer", &format!("forward_{inner}"));
        backward.scope = layer.scope.part("backward_layer", &format!("backward_{inner}"));
    }
    let backward =
        Layer { config: &config, name: backward.name.clone(), scope: backward.scope.clone(), ..backward };
    // Where the output is a sequence, it is zero where the mask is.
    let returns_sequences = forward.flag("return_sequences", false)?;
    let half = reading.states.len() / 2;
    if half * 2 != reading.states.len() {
        return Err(layer
            .fail(format!("is given {} states, expected as many for each direction", reading.states.len())));
    }
    let part = |states: &[Value]| Reading {
        sequence: reading.sequence.clone(),
        mask: reading.mask.clone(),
        states: states.to_vec(),
    };
    let (of_forward, of_backward) = reading.states.split_at(half);
    let mut ones = direction(builder, &forward, &part(of_forward), "forward/", returns_sequences)?;
    // The backward sequence is turned round again, which is ONNX' order.
    let mut others = direction(builder, &backward, &part(of_backward), "backward/", returns_sequences)?;
    let (one, other) = (ones.remove(0), others.remove(0));
    if one.shape() != other.shape() {
        let reason = format!("its directions have shapes {:?} and {:?}", one.shape(), other.shape());
        return Err(layer.fail(reason));
    }
    let mask = mask.filter(|_| returns_sequences);
    let states = ones.into_iter().chain(others).map(|state| Tensor::new(state, None));
    if layer.config.get("merge_mode").is_some_and(Json::is_null) {
        let both = [Tensor::new(one, mask.clone()), Tensor::new(other, mask)];
        return Ok(both.into_iter().chain(states).collect());
    }
    let mode = layer.text("merge_mode", "concat")?;
    let joined = match mode {
        "concat" => {
            let last = one.rank() - 1;
            builder.joined(&[one, other], last)?
        }
        "sum" | "ave" => builder.binary(op("Add"), &one, &other)?,
        "mul" => builder.binary(op("Mul"), &one, &other)?,
        other => return Err(layer.fail(format!("`merge_mode` `{other}` is not supported"))),
    };
    let result = if mode == "ave" {
        let half = builder.scalar("half", 0.5);
        builder.elementwise(op("Mul"), &joined, &[&half])
    } else {
        joined
    };
    Ok(std::iter::once(Tensor::new(result, mask)).chain(states).collect())
}

fn reversed(builder: &mut Builder, value: &Value) -> Value {
    let axis = value.stored_axis(1);
    let names = [
        builder.ints("reverse_starts", vec![-1]),
        builder.ints("reverse_ends", vec![i64::MIN + 1]),
        builder.ints("reverse_axes", vec![super::builder::int(axis)]),
        builder.ints("reverse_steps", vec![-1]),
    ];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    builder.elementwise(op("Slice"), value, &names)
}

/// One recurrent layer in its direction, the sequence in the order of the input; then its states if it returns them.
fn direction(
    builder: &mut Builder,
    layer: &Layer<'_>,
    reading: &Reading,
    role: &str,
    zeroes: bool,
) -> Result<Vec<Value>> {
    if layer.flag("time_major", false)? {
        return Err(layer.fail("`time_major` is not supported, expected false"));
    }
    let (operator, gates) = match layer.class {
        "SimpleRNN" => ("RNN", 1),
        "LSTM" => ("LSTM", 4),
        "GRU" => ("GRU", 3),
        _ => return unrolled(builder, layer, reading, role, zeroes),
    };
    let (Some(names), None, [], false) =
        (activations(layer), &reading.mask, reading.states.as_slice(), layer.flag("return_state", false)?)
    else {
        return unrolled(builder, layer, reading, role, zeroes);
    };
    whole(builder, layer, &reading.sequence, role, (operator, gates), names).map(|output| vec![output])
}

/// Adds a recurrent layer step by step.
fn unrolled(
    builder: &mut Builder,
    layer: &Layer<'_>,
    reading: &Reading,
    role: &str,
    zeroes: bool,
) -> Result<Vec<Value>> {
    let Reading { sequence, mask, states: given } = reading;
    if sequence.rank() < 3 {
        return Err(layer.fail(format!("its input has {} axes, expected 3 at least", sequence.rank())));
    }
    let shape = sequence.shape();
    let steps = shape[1];
    let step_shape = [&shape[..1], &shape[2..]].concat();
    let cell = Cell::read(builder, layer, role, &step_shape)?;
    if !given.is_empty() && given.len() != cell.states() {
        return Err(layer.fail(format!("is given {} states, expected {}", given.len(), cell.states())));
    }
    let mut states: States = vec![None; cell.states()];
    for (state, given) in states.iter_mut().zip(given) {
        *state = Some(given.clone());
    }
    let is_reverse = layer.flag("go_backwards", false)?;
    let order: Vec<usize> = if is_reverse { (0..steps).rev().collect() } else { (0..steps).collect() };
    let mut outputs: Vec<Value> = Vec::new();
    for step in order {
        let input = builder.place(sequence, 1, step)?;
        let (mut output, mut next) = cell.step(builder, &input, &states)?;
        if let Some(before) =
            states.iter().flatten().zip(&next).find(|(state, next)| state.shape() != next.shape())
        {
            let (state, next) = (before.0.shape(), before.1.shape());
            return Err(layer.fail(format!("is given a state of shape {state:?}, expected {next:?}")));
        }
        if let Some(mask) = mask {
            let bit = builder.part(mask, 1, step, step + 1)?;
            let bit_like =
                |builder: &mut Builder, value: &Value| builder.reshape(&bit, &vec![1; value.rank()]);
            let shown = output.clone();
            let last = outputs.last().filter(|_| !zeroes).cloned();
            let bit_of_output = bit_like(builder, &output)?;
            output = mask::select(builder, &bit_of_output, &shown, last.as_ref())?;
            for (state, next) in states.iter().zip(&mut next) {
                // A state that is the output too is chosen once.
                *next = if next.name() == shown.name()
                    && state.as_ref().map(Value::name) == last.as_ref().map(Value::name)
                {
                    output.clone()
                } else {
                    let bit = bit_like(builder, next)?;
                    mask::select(builder, &bit, next, state.as_ref())?
                };
            }
        }
        states = next.into_iter().map(Some).collect();
        outputs.push(output);
    }
    let Some(last) = outputs.last().cloned() else {
        return Err(layer.fail("its input has no steps"));
    };
    let mut results = if layer.flag("return_sequences", false)? {
        if is_reverse {
            outputs.reverse();
        }
        vec![builder.stacked(&outputs, 1)?]
    } else {
        vec![last]
    };
    if layer.flag("return_state", false)? {
        results.extend(states.into_iter().flatten());
    }
    Ok(results)
}

/// Adds a recurrent layer that ONNX has too.
fn whole(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    role: &str,
    (operator, gates): (&'static str, usize),
    names_of_activations: Vec<String>,
) -> Result<Value> {
    let [batch, places, features] = value.shape()[..] else {
        return Err(layer.fail(format!("its input has {} axes, expected 3", value.rank())));
    };
    let units = layer.size("units")?;
    let all = units.saturating_mul(gates);
    let resets_after = operator == "GRU" && layer.flag("reset_after", true)?;
    let bias_shape = if resets_after { vec![2, all] } else { vec![all] };
    let (kernel_shape, recurrent_shape) = ([features, all], [units, all]);
    let mut expected: Vec<(&str, &[usize])> =
        vec![("kernel", &kernel_shape), ("recurrent_kernel", &recurrent_shape)];
    let has_bias = layer.flag("use_bias", true)?;
    if has_bias {
        expected.push(("bias", &bias_shape));
    }
    let cell = Layer { name: layer.name.clone(), scope: layer.scope.part("cell", ""), ..*layer };
    let mut weights = cell.weights(&expected)?.into_iter();
    // Keras' LSTM has the gates input, forget, cell, output, ONNX' input, output, forget, cell. GRU's are the same.
    let order: &[usize] = if operator == "LSTM" { &[0, 3, 1, 2] } else { &[0, 1, 2][..gates] };
    let fail = |error: ndarray::ShapeError| layer.fail(error.to_string());
    let regated = |array: &ArrayD<f64>| {
        let axis = Axis(array.ndim() - 1);
        let parts: Vec<_> = order
            .iter()
            .map(|gate| array.slice_axis(axis, Slice::from(gate * units..(gate + 1) * units)))
            .collect();
        ndarray::concatenate(axis, &parts).map_err(fail)
    };
    let mut names = Vec::new();
    for part in ["kernel", "recurrent_kernel"] {
        let array = regated(&weights.next().unwrap_or_default())?.reversed_axes().insert_axis(Axis(0));
        names.push(builder.floats(&format!("{role}{part}"), array));
    }
    if let Some(bias) = weights.next() {
        let bias = regated(&bias)?;
        let mut values: Vec<f64> = bias.iter().copied().collect();
        values.resize(2 * all, 0.0);
        let bias = ArrayD::from_shape_vec(IxDyn(&[1, 2 * all]), values).map_err(fail)?;
        names.push(builder.floats(&format!("{role}bias"), bias));
    }
    let mut operator = op(operator).size("hidden_size", units);
    if layer.flag("go_backwards", false)? {
        operator = operator.text("direction", "reverse");
    }
    if resets_after {
        operator = operator.int("linear_before_reset", 1);
    }
    operator = operator.with("activations", Attribute::Texts(names_of_activations));
    let input = builder.arrange(value, &[1, 0, 2]);
    let inputs: Vec<&str> = std::iter::once(input.as_str()).chain(names.iter().map(String::as_str)).collect();
    let outputs = builder.node_with_outputs(operator, &inputs, 2);
    if layer.flag("return_sequences", false)? {
        let axes = builder.ints(&format!("{role}directions"), vec![1]);
        let name = builder.node(op("Squeeze"), &[&outputs[0], &axes]);
        return builder.value(name, vec![places, batch, units], &[1, 0, 2]);
    }
    let axes = builder.ints(&format!("{role}directions"), vec![0]);
    let name = builder.node(op("Squeeze"), &[&outputs[1], &axes]);
    builder.value(name, vec![batch, units], &[0, 1])
}

/// Returns the functions of the gates, in ONNX' order and words; `None` when ONNX does not have them.
fn activations(layer: &Layer<'_>) -> Option<Vec<String>> {
    let named = |key: &str, default: &'static str| -> Option<String> {
        let name = match layer.get(key) {
            None => default,
            Some(json) => json.as_str()?,
        };
        let name = match name {
            "tanh" => "Tanh",
            "sigmoid" => "Sigmoid",
            "relu" => "Relu",
            "softplus" => "Softplus",
            "softsign" => "Softsign",
            // ONNX' slope is that of Keras 2; Keras 3 has another.
            "hard_sigmoid" if layer.is_keras_2 => "HardSigmoid",
            _ => return None,
        };
        Some(name.to_owned())
    };
    let (gates, output) = (named("recurrent_activation", "sigmoid"), named("activation", "tanh"));
    let (gates, output) = (gates?, output?);
    Some(match layer.class {
        "LSTM" => vec![gates, output.clone(), output],
        "GRU" => vec![gates, output],
        _ => vec![output],
    })
}
