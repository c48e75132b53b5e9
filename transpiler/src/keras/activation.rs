//! Activations, and the layers that are one.

use ndarray::{ArrayD, IxDyn};
use serde_json::Value as Json;

use super::builder::{Builder, Value, int, op};
use super::config::{Layer, is_of_keras};
use super::custom;
use crate::error::Result;

/// Applies the activation that the configuration of a layer names under `key`.
pub(super) fn apply_configured(
    builder: &mut Builder,
    layer: &Layer<'_>,
    key: &str,
    value: &Value,
) -> Result<Value> {
    match layer.get(key) {
        None => Ok(value.clone()),
        Some(Json::String(name)) => apply(builder, layer, name, value),
        Some(json) => match (json["class_name"].as_str(), &json["config"]) {
            (Some("function"), Json::String(name)) if is_of_keras(json) => apply(builder, layer, name, value),
            (Some(_), Json::Object(_)) => {
                let part = layer.wrapped(key, "")?;
                match layer_value(builder, &part, value)? {
                    Some(result) if part.class != "PReLU" => Ok(result),
                    _ => Err(layer.unexpected(key, json, "an activation of Keras")),
                }
            }
            _ => Err(layer.unexpected(key, json, "an activation of Keras")),
        },
    }
}

/// Applies an activation by its name.
pub(super) fn apply(builder: &mut Builder, layer: &Layer<'_>, name: &str, value: &Value) -> Result<Value> {
    let last = value.stored_axis(value.rank().saturating_sub(1));
    let operator = match name {
        "linear" => return Ok(value.clone()),
        "relu" => op("Relu"),
        "relu6" => return Ok(clip(builder, value, Some(0.0), Some(6.0))),
        "hard_tanh" => return Ok(clip(builder, value, Some(-1.0), Some(1.0))),
        "leaky_relu" => op("LeakyRelu").float("alpha", 0.2),
        "elu" => op("Elu").float("alpha", 1.0),
        "celu" => op("Celu").float("alpha", 1.0),
        "selu" => op("Selu"),
        "gelu" => op("Gelu"),
        "sigmoid" => op("Sigmoid"),
        "hard_sigmoid" => {
            // Keras 3 changed the slope.
            let slope = if layer.is_keras_2 { 0.2 } else { 1.0 / 6.0 };
            op("HardSigmoid").float("alpha", slope).float("beta", 0.5)
        }
        "hard_swish" | "hard_silu" => op("HardSwish"),
        "tanh" => op("Tanh"),
        "softmax" => op("Softmax").size("axis", last),
        "log_softmax" => op("LogSoftmax").size("axis", last),
        "softplus" => op("Softplus"),
        "softsign" => op("Softsign"),
        "exponential" | "exp" => op("Exp"),
        "mish" => op("Mish"),
        "swish" | "silu" => op("Swish"),
        "sparse_sigmoid" => op("HardSigmoid").float("alpha", 0.5).float("beta", 0.5),
        "hard_shrink" => {
            let above = op("ThresholdedRelu").float("alpha", 0.5);
            return both_sides(builder, value, |builder, side| {
                Ok(builder.elementwise(above.clone(), side, &[]))
            });
        }
        "soft_shrink" => {
            return both_sides(builder, value, |builder, side| {
                let threshold = builder.scalar("threshold", -0.5);
                let above = builder.elementwise(op("Add"), side, &[&threshold]);
                Ok(builder.elementwise(op("Relu"), &above, &[]))
            });
        }
        "sparse_plus" => return sparse_plus(builder, value),
        "squareplus" => return square_plus(builder, value),
        "glu" => return gated(builder, layer, value),
        "tanh_shrink" => {
            let tanh = builder.elementwise(op("Tanh"), value, &[]);
            return builder.binary(op("Sub"), value, &tanh);
        }
        "log_sigmoid" => {
            let negative = builder.elementwise(op("Neg"), value, &[]);
            let softplus = builder.elementwise(op("Softplus"), &negative, &[]);
            return Ok(builder.elementwise(op("Neg"), &softplus, &[]));
        }
        other => {
            let reason = format!(
                "activation `{other}` is not supported; use one of Keras' own, such as `relu`, or export to ONNX"
            );
            return Err(layer.fail(reason));
        }
    };
    Ok(builder.elementwise(operator, value, &[]))
}

/// Returns `f(x) - f(-x)`.
fn both_sides(
    builder: &mut Builder,
    value: &Value,
    f: impl Fn(&mut Builder, &Value) -> Result<Value>,
) -> Result<Value> {
    let above = f(builder, value)?;
    let negative = builder.elementwise(op("Neg"), value, &[]);
    let below = f(builder, &negative)?;
    builder.binary(op("Sub"), &above, &below)
}

/// 0 up to -1, (x + 1)^2 / 4 up to 1, x from there.
fn sparse_plus(builder: &mut Builder, value: &Value) -> Result<Value> {
    let one = builder.scalar("one", 1.0);
    let inner = clip(builder, value, Some(-1.0), Some(1.0));
    let inner = builder.elementwise(op("Add"), &inner, &[&one]);
    let square = builder.binary(op("Mul"), &inner, &inner)?;
    let quarter = builder.scalar("quarter", 0.25);
    let square = builder.elementwise(op("Mul"), &square, &[&quarter]);
    let outer = builder.elementwise(op("Sub"), value, &[&one]);
    let outer = builder.elementwise(op("Relu"), &outer, &[]);
    builder.binary(op("Add"), &square, &outer)
}

/// (x + sqrt(x^2 + 4)) / 2.
fn square_plus(builder: &mut Builder, value: &Value) -> Result<Value> {
    let square = builder.binary(op("Mul"), value, value)?;
    let four = builder.scalar("four", 4.0);
    let sum = builder.elementwise(op("Add"), &square, &[&four]);
    let root = builder.elementwise(op("Sqrt"), &sum, &[]);
    let sum = builder.binary(op("Add"), value, &root)?;
    let half = builder.scalar("half", 0.5);
    Ok(builder.elementwise(op("Mul"), &sum, &[&half]))
}

/// The first half of the last axis, times the sigmoid of the second.
fn gated(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let axis = value.rank().saturating_sub(1);
    let length = value.shape().get(axis).copied().unwrap_or(0);
    if axis == 0 || length == 0 || length % 2 != 0 {
        return Err(layer.fail(format!("`glu` halves an axis of {length} places")));
    }
    let mut half = |number: usize| {
        let bounds = [number * length / 2, (number + 1) * length / 2];
        let names = ["starts", "ends"].map(|role| format!("half{number}/{role}"));
        let start = builder.ints(&names[0], vec![int(bounds[0])]);
        let end = builder.ints(&names[1], vec![int(bounds[1])]);
        let axes = builder.ints("half/axes", vec![int(value.stored_axis(axis))]);
        let name = builder.node(op("Slice"), &[value.name(), &start, &end, &axes]);
        let mut stored = value.stored().to_vec();
        stored[value.stored_axis(axis)] = length / 2;
        builder.value(name, stored, &value.order())
    };
    let (first, second) = (half(0)?, half(1)?);
    let gate = builder.elementwise(op("Sigmoid"), &second, &[]);
    builder.binary(op("Mul"), &first, &gate)
}

/// Applies a layer that is an activation; `None` when it is another.
pub(super) fn layer_value(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Option<Value>> {
    if let Some(result) = custom::apply(builder, layer, value)? {
        return Ok(Some(result));
    }
    if layer.is_custom {
        return Err(layer.fail(
            "is a class of the model's own, whose Python code is not in the file; replace it by layers of Keras, or export the model to ONNX (`model.export`)",
        ));
    }
    Ok(Some(match layer.class {
        "Activation" => apply_configured(builder, layer, "activation", value)?,
        "ReLU" => relu(builder, layer, value)?,
        "LeakyReLU" => {
            let slope = match layer.float("negative_slope")? {
                Some(slope) => slope,
                None => layer.float("alpha")?.unwrap_or(0.3),
            };
            builder.elementwise(op("LeakyRelu").float("alpha", slope), value, &[])
        }
        "ELU" => {
            let alpha = layer.float("alpha")?.unwrap_or(1.0);
            builder.elementwise(op("Elu").float("alpha", alpha), value, &[])
        }
        "PReLU" => prelu(builder, layer, value)?,
        "Softmax" => {
            let axis = value.stored_axis(layer.axis("axis", -1, value.rank())?);
            builder.elementwise(op("Softmax").size("axis", axis), value, &[])
        }
        _ => return Ok(None),
    }))
}

/// `Softmax` where a mask holds, zero elsewhere.
pub(super) fn masked_softmax(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    mask: &Value,
) -> Result<Value> {
    let axis = layer.axis("axis", -1, value.rank())?;
    if mask.rank() > value.rank() {
        return Err(layer.fail(format!("its mask has {} axes, its input {}", mask.rank(), value.rank())));
    }
    let weights = super::mask::numbers(builder, mask);
    let weights = builder.with_rank(&weights, value.rank())?;
    let scores = hidden(builder, value, &weights)?;
    let plain = builder.plain(&scores);
    let scores = Value::new(plain, scores.shape());
    let shares = builder.elementwise(op("Softmax").size("axis", axis), &scores, &[]);
    builder.binary(op("Mul"), &shares, &weights)
}

/// What a masked score is: far below all others, so that its exponential is zero. Where all are masked they are equal.
const HIDDEN: f64 = -1_048_576.0;

/// Adds scores where the bits of a mask are one, and what is far below them elsewhere.
pub(super) fn hidden(builder: &mut Builder, scores: &Value, mask: &Value) -> Result<Value> {
    let raised = builder.scalar("raised", -HIDDEN);
    let lowered = builder.scalar("lowered", HIDDEN);
    let scores = builder.elementwise(op("Add"), scores, &[&raised]);
    let kept = builder.binary(op("Mul"), &scores, mask)?;
    Ok(builder.elementwise(op("Add"), &kept, &[&lowered]))
}

fn relu(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let slope = layer.float("negative_slope")?.unwrap_or(0.0);
    let threshold = layer.float("threshold")?.unwrap_or(0.0);
    let most = layer.float("max_value")?;
    let result = if threshold == 0.0 {
        match (slope, most) {
            (0.0, None) => return Ok(builder.elementwise(op("Relu"), value, &[])),
            (0.0, Some(most)) => return Ok(clip(builder, value, Some(0.0), Some(most))),
            (slope, _) => builder.elementwise(op("LeakyRelu").float("alpha", slope), value, &[]),
        }
    } else {
        let above = builder.elementwise(op("ThresholdedRelu").float("alpha", threshold), value, &[]);
        if slope == 0.0 {
            above
        } else {
            // slope * (min(x, threshold) - threshold), which is 0 above the threshold.
            let below = clip(builder, value, None, Some(threshold));
            let offset = builder.scalar("threshold", threshold);
            let below = builder.elementwise(op("Sub"), &below, &[&offset]);
            let factor = builder.scalar("negative_slope", slope);
            let below = builder.elementwise(op("Mul"), &below, &[&factor]);
            builder.binary(op("Add"), &above, &below)?
        }
    };
    Ok(match most {
        Some(most) => clip(builder, &result, None, Some(most)),
        None => result,
    })
}

/// Keeps values between two bounds.
fn clip(builder: &mut Builder, value: &Value, least: Option<f64>, most: Option<f64>) -> Value {
    let least = least.map_or_else(String::new, |least| builder.scalar("min", least));
    let most = most.map_or_else(String::new, |most| builder.scalar("max", most));
    builder.elementwise(op("Clip"), value, &[&least, &most])
}

fn prelu(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let mut shape = value.shape();
    shape[0] = 1;
    if let Some(axes) = layer.get("shared_axes") {
        for axis in axes.as_array().into_iter().flatten() {
            let axis = axis.as_u64().and_then(|axis| usize::try_from(axis).ok());
            match axis.and_then(|axis| shape.get_mut(axis)) {
                Some(length) => *length = 1,
                None => return Err(layer.unexpected("shared_axes", axes, "axes of the input")),
            }
        }
    }
    let alpha = layer.weights(&[("alpha", &shape[1..])])?.swap_remove(0);
    let alpha = ArrayD::from_shape_vec(IxDyn(&shape), alpha.into_iter().collect())
        .map_err(|error| layer.fail(error.to_string()))?;
    let slope = builder.floats_like("alpha", alpha, value);
    Ok(builder.elementwise(op("PRelu"), value, &[&slope]))
}
