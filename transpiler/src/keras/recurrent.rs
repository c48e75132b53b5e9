//! `SimpleRNN`, `LSTM`, `GRU` and `Bidirectional`, as ONNX' `RNN`, `LSTM` and `GRU`.

use ndarray::{ArrayD, Axis, IxDyn, Slice};
use serde_json::Value as Json;

use super::builder::{Builder, Value, op};
use super::config::Layer;
use crate::error::Result;
use crate::onnx::Attribute;

/// Translates a recurrent layer.
pub(super) fn recurrent(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let is_reverse = layer.flag("go_backwards", false)?;
    let result = direction(builder, layer, value, "")?;
    if !(is_reverse && layer.flag("return_sequences", false)?) {
        return Ok(result);
    }
    // Keras gives the sequence in the order it is read, ONNX in the order of the input.
    Ok(reversed(builder, &result))
}

/// Translates `Bidirectional`.
pub(super) fn bidirectional(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let forward = layer.wrapped("layer", "forward_layer")?;
    let mut backward = match layer.get("backward_layer") {
        Some(_) => layer.wrapped("backward_layer", "backward_layer")?,
        None => layer.wrapped("layer", "backward_layer")?,
    };
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
    let one = direction(builder, &forward, value, "forward/")?;
    // The backward sequence is turned round again, which is ONNX' order.
    let other = direction(builder, &backward, value, "backward/")?;
    if one.shape() != other.shape() {
        let reason = format!("its directions have shapes {:?} and {:?}", one.shape(), other.shape());
        return Err(layer.fail(reason));
    }
    let (operator, last) = (op("Concat"), one.rank() - 1);
    if layer.config.get("merge_mode").is_some_and(Json::is_null) {
        return Err(layer.fail("`merge_mode` null is not supported, expected one output"));
    }
    let operator = match layer.text("merge_mode", "concat")? {
        "concat" => {
            let (names, order) = builder.aligned(&[one.clone(), other.clone()])?;
            let mut shape = one.shape();
            shape[last] += other.shape()[last];
            let axis = order.iter().position(|axis| *axis == last).unwrap_or(last);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let name = builder.node(operator.size("axis", axis), &names);
            return builder.value(name, order.iter().map(|axis| shape[*axis]).collect(), &order);
        }
        "sum" | "ave" => "Add",
        "mul" => "Mul",
        other => return Err(layer.fail(format!("`merge_mode` `{other}` is not supported"))),
    };
    let joined = builder.binary(op(operator), &one, &other)?;
    if layer.text("merge_mode", "concat")? != "ave" {
        return Ok(joined);
    }
    let half = builder.scalar("half", 0.5);
    Ok(builder.elementwise(op("Mul"), &joined, &[&half]))
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

/// One recurrent layer in its direction, the sequence in the order of the input.
fn direction(builder: &mut Builder, layer: &Layer<'_>, value: &Value, role: &str) -> Result<Value> {
    let (operator, gates) = match layer.class {
        "SimpleRNN" => ("RNN", 1),
        "LSTM" => ("LSTM", 4),
        "GRU" => ("GRU", 3),
        _ => return Err(layer.fail("is not a recurrent layer that is supported: SimpleRNN, LSTM, GRU")),
    };
    for key in ["return_state", "time_major"] {
        if layer.flag(key, false)? {
            return Err(layer.fail(format!("`{key}` is not supported, expected false")));
        }
    }
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
    operator = operator.with("activations", Attribute::Texts(activations(layer)?));
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

/// Returns the functions of the gates, in ONNX' order and words.
fn activations(layer: &Layer<'_>) -> Result<Vec<String>> {
    let named = |key: &str, default| {
        Ok(match layer.text(key, default)? {
            "tanh" => "Tanh",
            "sigmoid" => "Sigmoid",
            "relu" => "Relu",
            "softplus" => "Softplus",
            "softsign" => "Softsign",
            // ONNX' slope is that of Keras 2; Keras 3 has another.
            "hard_sigmoid" if layer.is_keras_2 => "HardSigmoid",
            other => {
                let expected = "tanh, sigmoid, relu, softplus or softsign";
                let reason =
                    format!("`{key}` `{other}` is not supported in a recurrent layer, expected {expected}");
                return Err(layer.fail(reason));
            }
        }
        .to_owned())
    };
    let (gates, output) = (named("recurrent_activation", "sigmoid")?, named("activation", "tanh")?);
    Ok(match layer.class {
        "LSTM" => vec![gates, output.clone(), output],
        "GRU" => vec![gates, output],
        _ => vec![output],
    })
}
