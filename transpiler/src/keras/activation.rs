//! Activations, and the layers that are one.

use ndarray::{ArrayD, IxDyn};
use serde_json::Value as Json;

use super::builder::{Builder, Value, op};
use super::config::Layer;
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
            (Some("function"), Json::String(name)) => apply(builder, layer, name, value),
            (Some(class), Json::Object(config)) => {
                let part =
                    Layer { name: layer.name.clone(), class, config, scope: layer.scope.clone(), ..*layer };
                match layer_value(builder, &part, value)? {
                    Some(result) if class != "PReLU" => Ok(result),
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
        "hard_shrink" => op("Shrink").float("lambd", 0.5),
        "soft_shrink" => op("Shrink").float("lambd", 0.5).float("bias", 0.5),
        "swish" | "silu" => {
            let sigmoid = builder.elementwise(op("Sigmoid"), value, &[]);
            return builder.binary(op("Mul"), value, &sigmoid);
        }
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

/// Applies a layer that is an activation; `None` when it is another.
pub(super) fn layer_value(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Option<Value>> {
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
