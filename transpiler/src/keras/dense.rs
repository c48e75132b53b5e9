//! Products with matrices, tables, and normalizations over axes.

use ndarray::{ArrayD, IxDyn};
use serde_json::Value as Json;

use super::activation::apply_configured;
use super::builder::{Builder, Value, ints, op};
use super::config::Layer;
use super::mask::{self, Tensor};
use super::wiring::factor;
use crate::error::Result;

/// `Dense`, on the last axis.
pub(super) fn dense(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let mut shape = value.shape();
    let units = layer.size("units")?;
    let Some(last) = shape.last_mut().filter(|_| value.rank() > 1) else {
        return Err(layer.fail("its input has no axis beside the batch"));
    };
    let (kernel, bias) = ([*last, units], [units]);
    *last = units;
    let mut expected: Vec<(&str, &[usize])> = vec![("kernel", &kernel)];
    let has_bias = layer.flag("use_bias", true)?;
    if has_bias {
        expected.push(("bias", &bias));
    }
    let quantized = is_int8(layer)?;
    if quantized {
        expected.push(("kernel_scale", &bias));
    }
    let mut weights = layer.weights(&expected)?.into_iter();
    let name = builder.plain(value);
    let mut kernel_values = weights.next().unwrap_or_default();
    let bias = if has_bias { weights.next() } else { None };
    if let Some(scale) = weights.next() {
        kernel_values *= &inverse(layer, "kernel_scale", &scale)?;
    }
    let kernel = builder.floats("kernel", kernel_values);
    let name = match bias {
        Some(bias) if shape.len() == 2 => {
            let bias = builder.floats("bias", bias);
            builder.node(op("Gemm"), &[&name, &kernel, &bias])
        }
        bias => {
            let mut name = builder.node(op("MatMul"), &[&name, &kernel]);
            if let Some(bias) = bias {
                let bias = builder.floats("bias", bias);
                name = builder.node(op("Add"), &[&name, &bias]);
            }
            name
        }
    };
    let order: Vec<usize> = (0..shape.len()).collect();
    let result = builder.value(name, shape, &order)?;
    apply_configured(builder, layer, "activation", &result)
}

/// Returns whether a layer's kernel is integers of 8 bits with scales. The inputs, which Keras rounds to 8 bits for each
/// sample, stay as they are.
///
/// # Errors
/// When it is quantized in another way.
pub(super) fn is_int8(layer: &Layer<'_>) -> Result<bool> {
    let policy = layer.get("dtype").unwrap_or(&Json::Null);
    match policy["config"]["mode"].as_str() {
        None => Ok(false),
        Some("int8") => Ok(true),
        Some(other) => Err(layer.fail(format!(
            "is quantized to `{other}`, which is not supported, expected `int8`; save the model before it is quantized"
        ))),
    }
}

/// Returns one divided by each of some scales.
pub(super) fn inverse(layer: &Layer<'_>, name: &str, scales: &ArrayD<f64>) -> Result<ArrayD<f64>> {
    if scales.iter().any(|scale| *scale <= 0.0 || !scale.recip().is_finite()) {
        return Err(layer.fail(format!("weight `{name}` has a value that is not above zero")));
    }
    Ok(scales.mapv(f64::recip))
}

/// `Embedding`, whose mask is where the index is not zero.
pub(super) fn embedding(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Tensor> {
    let table = [layer.size("input_dim")?, layer.size("output_dim")?];
    let mut expected: Vec<(&str, &[usize])> = vec![("embeddings", &table)];
    if is_int8(layer)? {
        expected.push(("embeddings_scale", &table[..1]));
    }
    let mut weights = layer.weights(&expected)?.into_iter();
    let mut rows = weights.next().unwrap_or_default();
    if let Some(scale) = weights.next() {
        rows *= &inverse(layer, "embeddings_scale", &scale)?.insert_axis(ndarray::Axis(1));
    }
    builder.hold_integers(value);
    let name = builder.plain(value);
    // 7 is INT64.
    let indices = builder.node(op("Cast").int("to", 7), &[&name]);
    let rows = builder.floats("embeddings", rows);
    let name = builder.node(op("Gather").int("axis", 0), &[&rows, &indices]);
    let shape = [value.shape().as_slice(), &[table[1]]].concat();
    let order: Vec<usize> = (0..shape.len()).collect();
    let result = builder.value(name, shape, &order)?;
    let mask = layer.flag("mask_zero", false)?.then(|| mask::differs(builder, value, 0.0));
    Ok(Tensor::new(result, mask))
}

/// `UnitNormalization`.
pub(super) fn unit_normalization(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let axes = layer.axes("axis", -1, value.rank())?;
    if axes.contains(&0) {
        return Err(layer.fail("`axis` 0 is the batch"));
    }
    let plain = builder.plain(value);
    let value = Value::new(plain, value.shape());
    if let [axis] = axes[..] {
        return Ok(builder.elementwise(op("LpNormalization").size("axis", axis).int("p", 2), &value, &[]));
    }
    let norm = builder.reduce("ReduceL2", &value, &axes, true)?;
    builder.broadcast(op("Div"), &[value, norm])
}

/// `Rescaling`.
pub(super) fn rescaling(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let mut result = value.clone();
    if let Some(scale) = factor(layer, "scale", value)? {
        let scale = builder.floats_like("scale", scale, value);
        result = builder.elementwise(op("Mul"), &result, &[&scale]);
    }
    if let Some(offset) =
        factor(layer, "offset", value)?.filter(|offset| offset.iter().any(|part| *part != 0.0))
    {
        let offset = builder.floats_like("offset", offset, value);
        result = builder.elementwise(op("Add"), &result, &[&offset]);
    }
    Ok(result)
}

/// `Normalization`.
pub(super) fn normalization(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let rank = value.rank();
    let lengths = value.shape();
    let axes = match layer.config.get("axis") {
        Some(Json::Null) => Vec::new(),
        _ => layer.axes("axis", -1, rank)?,
    };
    let shape: Vec<usize> =
        (0..rank).map(|axis| if axes.contains(&axis) { lengths[axis] } else { 1 }).collect();
    let expected: usize = shape.iter().product();
    let (mean, variance) = match (layer.get("mean"), layer.get("variance")) {
        (Some(mean), Some(variance)) => {
            (numbers(layer, "mean", mean)?, numbers(layer, "variance", variance)?)
        }
        _ => {
            let mut weights = layer.read(&["mean", "variance"])?.into_iter();
            let mut next = || weights.next().unwrap_or_default().into_iter().collect::<Vec<f64>>();
            (next(), next())
        }
    };
    let fit = |name: &str, values: Vec<f64>| {
        let count = values.len();
        let values = if count == 1 { vec![values[0]; expected] } else { values };
        ArrayD::from_shape_vec(IxDyn(&shape), values)
            .map_err(|_| layer.fail(format!("`{name}` has {count} values, expected {expected}")))
    };
    let (mean, variance) = (fit("mean", mean)?, fit("variance", variance)?);
    if variance.iter().any(|variance| *variance < 0.0) {
        return Err(layer.fail("`variance` has a negative value"));
    }
    let deviation = variance.mapv(|variance| variance.sqrt().max(1e-7));
    if layer.flag("invert", false)? {
        let deviation = builder.floats_like("deviation", deviation, value);
        let mean = builder.floats_like("mean", mean, value);
        let scaled = builder.elementwise(op("Mul"), value, &[&deviation]);
        return Ok(builder.elementwise(op("Add"), &scaled, &[&mean]));
    }
    let mean = builder.floats_like("mean", mean, value);
    let scale = builder.floats_like("scale", deviation.mapv(f64::recip), value);
    let centered = builder.elementwise(op("Sub"), value, &[&mean]);
    Ok(builder.elementwise(op("Mul"), &centered, &[&scale]))
}

/// Returns the numbers of nested arrays, row-major.
fn numbers(layer: &Layer<'_>, key: &str, json: &Json) -> Result<Vec<f64>> {
    match json {
        Json::Array(items) => {
            let parts = items.iter().map(|item| numbers(layer, key, item)).collect::<Result<Vec<_>>>()?;
            Ok(parts.concat())
        }
        number => Ok(vec![number.as_f64().ok_or_else(|| layer.unexpected(key, number, "numbers"))?]),
    }
}

/// `LayerNormalization` and `RMSNormalization`, over the last axes.
pub(super) fn layer_normalization(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let rank = value.rank();
    let axes = layer.axes("axis", -1, rank)?;
    let first = axes.first().copied().unwrap_or(0);
    if first == 0 || !axes.iter().copied().eq(first..rank) {
        return Err(layer.fail(format!("`axis` {axes:?} is not supported, expected the last of {rank} axes")));
    }
    let lengths = value.shape()[first..].to_vec();
    let is_mean_square = layer.class == "RMSNormalization";
    let by_deviation = layer.flag("rms_scaling", false)?;
    let has_scale = is_mean_square || by_deviation || layer.flag("scale", true)?;
    let has_center = !is_mean_square && !by_deviation && layer.flag("center", true)?;
    let mut expected: Vec<(&str, &[usize])> = Vec::new();
    expected
        .extend(has_scale.then_some((if is_mean_square { "scale" } else { "gamma" }, lengths.as_slice())));
    expected.extend(has_center.then_some(("beta", lengths.as_slice())));
    let mut weights = layer.weights(&expected)?.into_iter();
    let scale = if has_scale { weights.next() } else { None };
    let scale = scale.unwrap_or_else(|| ArrayD::from_elem(IxDyn(&lengths), 1.0));
    let epsilon = layer.float("epsilon")?.unwrap_or(if is_mean_square { 1e-6 } else { 1e-3 });
    let plain = builder.plain(value);
    let value = Value::new(plain, value.shape());
    let scale = builder.floats("gamma", scale);
    if !is_mean_square && !by_deviation {
        let beta = weights.next().map(|beta| builder.floats("beta", beta));
        let operator = op("LayerNormalization").size("axis", first).float("epsilon", epsilon);
        let constants: Vec<&str> = std::iter::once(scale.as_str()).chain(beta.as_deref()).collect();
        return Ok(builder.elementwise(operator, &value, &constants));
    }
    let axes = builder.ints("axes", ints(&axes));
    let mean_of = |builder: &mut Builder, value: &Value| {
        let name = builder.node(op("ReduceMean").int("keepdims", 1), &[value.name(), &axes]);
        let shape = value.shape();
        let kept = shape.iter().enumerate().map(|(axis, length)| if axis < first { *length } else { 1 });
        Value::new(name, kept.collect())
    };
    // Keras' `rms_scaling` divides by the deviation from the mean, and does not subtract the mean.
    let centered = if by_deviation {
        let mean = mean_of(builder, &value);
        builder.binary(op("Sub"), &value, &mean)?
    } else {
        value.clone()
    };
    let square = builder.binary(op("Mul"), &centered, &centered)?;
    let mean = mean_of(builder, &square);
    let epsilon = builder.scalar("epsilon", epsilon);
    let mean = builder.elementwise(op("Add"), &mean, &[&epsilon]);
    let root = builder.elementwise(op("Sqrt"), &mean, &[]);
    let result = builder.binary(op("Div"), &value, &root)?;
    Ok(builder.elementwise(op("Mul"), &result, &[&scale]))
}
