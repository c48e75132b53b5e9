//! `MultiHeadAttention`: projections to heads, scores, and the projection back.

use ndarray::{ArrayD, IxDyn};
use serde_json::json;

use super::builder::{Builder, Value, op};
use super::config::Layer;
use crate::error::Result;

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
    if let Some(axes) = layer.get("attention_axes").filter(|axes| **axes != json!([1])) {
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
    let query = split(builder, layer, query, ("query_dense", "query"), [heads, key_size])?;
    let key = split(builder, layer, key, ("key_dense", "key"), [heads, key_size])?;
    let value = split(builder, layer, value, ("value_dense", "value"), [heads, value_size])?;
    let query = builder.arrange(&query, &[0, 2, 1, 3]);
    let key = builder.arrange(&key, &[0, 2, 3, 1]);
    let value = builder.arrange(&value, &[0, 2, 1, 3]);
    let mut scores = builder.node(op("MatMul"), &[&query, &key]);
    let scale = f64::from(u32::try_from(key_size).unwrap_or(u32::MAX)).sqrt().recip();
    let scale = builder.scalar("scale", scale);
    scores = builder.node(op("Mul"), &[&scores, &scale]);
    let shape = builder.value(scores, vec![1, heads, rows, columns], &[0, 1, 2, 3])?;
    let mut scores = shape.name().to_owned();
    if is_causal {
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
    product(builder, layer, &joined, ("output_dense", "attention_output"), &kernel, &[features])
}

/// Projects a value to the heads: axes batch, places, heads, features.
fn split(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    part: (&str, &str),
    [heads, size]: [usize; 2],
) -> Result<Value> {
    let [_, places, features] = value.shape()[..] else {
        return Err(layer.fail("its inputs need three axes"));
    };
    let product = product(builder, layer, value, part, &[features, heads, size], &[heads, size])?;
    builder.reshape(&product, &[1, places, heads, size])
}

/// Returns the product with a kernel whose axes are joined to two, so that the value's last axis is multiplied away.
fn product(
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
