//! Products with matrices, tables, and normalizations over axes.

use ndarray::{ArrayD, IxDyn};
use serde_json::Value as Json;

use super::activation::apply_configured;
use super::builder::{Builder, Value, ints, op};
use super::config::Layer;
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
    if layer.flag("use_bias", true)? {
        expected.push(("bias", &bias));
    }
    let mut weights = layer.weights(&expected)?.into_iter();
    let name = builder.plain(value);
    let kernel = builder.floats("kernel", weights.next().unwrap_or_default());
    let name = match weights.next() {
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

/// `Embedding`.
pub(super) fn embedding(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    if layer.flag("mask_zero", false)? {
        return Err(layer.fail("`mask_zero` is not supported: masks are not translated"));
    }
    let table = [layer.size("input_dim")?, layer.size("output_dim")?];
    let weights = layer.weights(&[("embeddings", &table)])?.swap_remove(0);
    builder.hold_integers(value);
    let name = builder.plain(value);
    // 7 is INT64.
    let indices = builder.node(op("Cast").int("to", 7), &[&name]);
    let weights = builder.floats("embeddings", weights);
    let name = builder.node(op("Gather").int("axis", 0), &[&weights, &indices]);
    let shape = [value.shape().as_slice(), &[table[1]]].concat();
    let order: Vec<usize> = (0..shape.len()).collect();
    builder.value(name, shape, &order)
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

/// `MultiHeadAttention` over one axis.
pub(super) fn attention(
    builder: &mut Builder,
    layer: &Layer<'_>,
    values: &[Value],
    is_causal: bool,
) -> Result<Value> {
    let (query, value, key) = match values {
        [query, value] => (query, value, value),
        [query, value, key] => (query, value, key),
        _ => return Err(layer.fail(format!("has {} inputs, expected 2 or 3", values.len()))),
    };
    if values.iter().any(|value| value.rank() != 3) {
        return Err(layer.fail("inputs with more than one axis of places are not supported"));
    }
    if layer.flag("use_gate", false)? || layer.get("sliding_window").is_some() {
        return Err(layer.fail("`use_gate` and `sliding_window` are not supported"));
    }
    if let Some(axes) = layer.get("attention_axes").filter(|axes| **axes != serde_json::json!([1])) {
        return Err(layer.unexpected("attention_axes", axes, "[1]"));
    }
    let heads = layer.size("num_heads")?;
    let key_size = layer.size("key_dim")?;
    let value_size = layer.sizes("value_dim", 1)?.map_or(key_size, |size| size[0]);
    let features = match layer.sizes("output_shape", 1)? {
        Some(size) => size[0],
        None => query.shape()[2],
    };
    let (rows, columns) = (query.shape()[1], key.shape()[1]);
    let project = Projection { heads, is_causal };
    let query = project.heads(builder, layer, query, ("query_dense", "query"), key_size)?;
    let key = project.heads(builder, layer, key, ("key_dense", "key"), key_size)?;
    let value = project.heads(builder, layer, value, ("value_dense", "value"), value_size)?;
    let query = builder.arrange(&query, &[0, 2, 1, 3]);
    let key = builder.arrange(&key, &[0, 2, 3, 1]);
    let value = builder.arrange(&value, &[0, 2, 1, 3]);
    let mut scores = builder.node(op("MatMul"), &[&query, &key]);
    let scale = f64::from(u32::try_from(key_size).unwrap_or(u32::MAX)).sqrt().recip();
    let scale = builder.scalar("scale", scale);
    scores = builder.node(op("Mul"), &[&scores, &scale]);
    let shape = builder.value(scores, vec![1, heads, rows, columns], &[0, 1, 2, 3])?;
    let mut scores = shape.name().to_owned();
    if project.is_causal {
        let mask =
            ArrayD::from_shape_fn(IxDyn(&[1, 1, rows, columns]), |at| if at[3] > at[2] { -1e9 } else { 0.0 });
        let mask = builder.floats("mask", mask);
        scores = builder.node(op("Add"), &[&scores, &mask]);
    }
    let weights = builder.node(op("Softmax").int("axis", -1), &[&scores]);
    let joined = builder.node(op("MatMul"), &[&weights, &value]);
    let joined = builder.value(joined, vec![1, heads, rows, value_size], &[0, 2, 1, 3])?;
    let joined = builder.reshape(&joined, &[1, rows, heads * value_size])?;
    let kernel = [heads, value_size, features];
    let (part, name) = ("output_dense", "attention_output");
    project.product(builder, layer, &joined, (part, name), &kernel, &[features])
}

struct Projection {
    heads: usize,
    is_causal: bool,
}

impl Projection {
    /// Returns a value of axes batch, places, heads, features.
    fn heads(
        &self,
        builder: &mut Builder,
        layer: &Layer<'_>,
        value: &Value,
        part: (&str, &str),
        size: usize,
    ) -> Result<Value> {
        let [_, places, features] = value.shape()[..] else {
            return Err(layer.fail("its inputs need three axes"));
        };
        let kernel = [features, self.heads, size];
        let product = self.product(builder, layer, value, part, &kernel, &[self.heads, size])?;
        builder.reshape(&product, &[1, places, self.heads, size])
    }

    /// Returns the product with a kernel whose axes are joined to two, so that the value's last axis is multiplied away.
    #[expect(clippy::unused_self, reason = "the parts of a projection read alike")]
    fn product(
        &self,
        builder: &mut Builder,
        layer: &Layer<'_>,
        value: &Value,
        (group, name): (&str, &str),
        kernel: &[usize],
        bias: &[usize],
    ) -> Result<Value> {
        // Keras 2 names the part as the attribute that holds it.
        let group = if layer.is_keras_2 { format!("_{group}") } else { group.to_owned() };
        let part = Layer { name: layer.name.clone(), scope: layer.scope.part(&group, name), ..*layer };
        let mut expected = vec![("kernel", kernel)];
        if layer.flag("use_bias", true)? {
            expected.push(("bias", bias));
        }
        let mut weights = part.weights(&expected)?.into_iter();
        let mut shape = value.shape();
        let inputs = shape.last().copied().unwrap_or(1);
        let units: usize = bias.iter().product();
        let matrix = |values: ArrayD<f64>, shape: &[usize]| {
            ArrayD::from_shape_vec(IxDyn(shape), values.into_iter().collect())
                .map_err(|error| layer.fail(error.to_string()))
        };
        let plain = builder.plain(value);
        let kernel = matrix(weights.next().unwrap_or_default(), &[inputs, units])?;
        let kernel = builder.floats(&format!("{name}/kernel"), kernel);
        let mut product = builder.node(op("MatMul"), &[&plain, &kernel]);
        if let Some(bias) = weights.next() {
            let bias = builder.floats(&format!("{name}/bias"), matrix(bias, &[units])?);
            product = builder.node(op("Add"), &[&product, &bias]);
        }
        if let Some(last) = shape.last_mut() {
            *last = units;
        }
        builder.value(product, shape, &[0, 1, 2])
    }
}
