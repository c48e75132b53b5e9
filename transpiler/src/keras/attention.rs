//! `MultiHeadAttention` and `GroupQueryAttention`: projections to heads, scores, and the projection back; `Attention` and
//! `AdditiveAttention`, which have no heads.
//!
//! Source: `keras/src/layers/attention`.

use ndarray::{ArrayD, IxDyn};
use serde_json::json;

use super::activation::hidden;
use super::builder::{Builder, Value, int, op};
use super::config::Layer;
use super::inputs::{Given, Inputs};
use super::mask::{self, Tensor};
use crate::error::Result;

/// How many heads there are, and how long their vectors.
struct Heads {
    queries: usize,
    /// Each is shared by as many queries as fit.
    keys: usize,
    key_size: usize,
    value_size: usize,
}

impl Heads {
    fn read(layer: &Layer<'_>) -> Result<Self> {
        if layer.class == "MultiHeadAttention" {
            let key_size = layer.size("key_dim")?;
            let value_size = layer.sizes("value_dim", 1)?.map_or(key_size, |size| size[0]);
            let heads = layer.size("num_heads")?;
            return Ok(Self { queries: heads, keys: heads, key_size, value_size });
        }
        let size = layer.size("head_dim")?;
        let (queries, keys) = (layer.size("num_query_heads")?, layer.size("num_key_value_heads")?);
        if !queries.is_multiple_of(keys) {
            return Err(layer.fail(format!("{keys} heads of keys do not divide {queries} of queries")));
        }
        Ok(Self { queries, keys, key_size: size, value_size: size })
    }
}

/// `MultiHeadAttention` and `GroupQueryAttention` over one axis: the result, and the scores if they are returned.
pub(super) fn multi_head(
    builder: &mut Builder,
    layer: &Layer<'_>,
    inputs: &Inputs<'_>,
) -> Result<Vec<Tensor>> {
    let tensors = inputs.tensors();
    let (query, value, key) = match tensors.as_slice() {
        [query, value] => (query, value, value),
        [query, value, key] => (query, value, key),
        _ => return Err(layer.fail(format!("has {} inputs, expected 2 or 3", tensors.len()))),
    };
    if tensors.iter().any(|tensor| tensor.value.rank() != 3) {
        return Err(layer.fail("inputs with more than one axis of places are not supported"));
    }
    if let Some(axes) = layer.get("attention_axes").filter(|axes| **axes != json!([1])) {
        return Err(layer.unexpected("attention_axes", axes, "[1]"));
    }
    let heads = Heads::read(layer)?;
    let is_multi = layer.class == "MultiHeadAttention";
    // The masks of the inputs, each with the axes of the scores: batch, heads, rows, columns.
    let query_mask = inputs.value_of(layer, "query_mask")?.or_else(|| query.mask());
    let value_mask = inputs.value_of(layer, "value_mask")?.or_else(|| value.mask());
    let key_mask = match inputs.value_of(layer, "key_mask")? {
        None if tensors.len() > 2 => key.mask(),
        given => given,
    };
    // The layer takes the masks from its inputs, and gives the query's to its output.
    let seen = if is_multi { query.mask() } else { query_mask.clone() };
    let of_query = if is_multi { seen.clone() } else { query_mask };
    if is_multi {
        tensors.iter().for_each(Tensor::forget_mask);
    }
    let (rows, columns) = (query.value.shape()[1], key.value.shape()[1]);
    let mut masks = Vec::new();
    if let Some(mask) = of_query {
        masks.push(reshaped(builder, layer, &mask, &[1, rows], &[1, 1, rows, 1])?);
    }
    for mask in [value_mask, key_mask].into_iter().flatten() {
        masks.push(reshaped(builder, layer, &mask, &[1, columns], &[1, 1, 1, columns])?);
    }
    if let Some(given) = inputs.value_of(layer, "attention_mask")? {
        let bits = mask::truth(builder, &given);
        masks.push(match *given.shape() {
            [_, _, _, _] => bits,
            [batch, first, second] => builder.reshape(&bits, &[batch, 1, first, second])?,
            _ => builder.with_rank(&bits, 4)?,
        });
    }
    let is_causal = inputs.flag("use_causal_mask");
    let returns_scores = inputs.flag("return_attention_scores");
    let reach = layer.sizes("sliding_window", 1)?.map(|reach| reach[0]);
    let band = (is_causal || reach.is_some()).then(|| {
        ArrayD::from_shape_fn(IxDyn(&[1, 1, rows, columns]), |at| {
            let near = reach.is_none_or(|reach| at[2].abs_diff(at[3]) < reach);
            if near && (!is_causal || at[3] <= at[2]) { 1.0 } else { 0.0 }
        })
    });
    let Heads { queries, keys, key_size, value_size } = heads;
    let projected_query = split(builder, layer, &query.value, ("query_dense", "query"), [queries, key_size])?;
    let projected_key = split(builder, layer, &key.value, ("key_dense", "key"), [keys, key_size])?;
    let projected_value = split(builder, layer, &value.value, ("value_dense", "value"), [keys, value_size])?;
    let gate = if layer.flag("use_gate", false)? {
        let gate = split(builder, layer, &query.value, ("gate_dense", "gate"), [queries, value_size])?;
        Some(builder.elementwise(op("Sigmoid"), &gate, &[]))
    } else {
        None
    };
    let shared_key = shared(builder, &projected_key, queries / keys)?;
    let shared_value = shared(builder, &projected_value, queries / keys)?;
    let scores =
        builder.mat_mul(&projected_query.permuted(&[0, 2, 1, 3]), &shared_key.permuted(&[0, 2, 3, 1]))?;
    let scale = f64::from(u32::try_from(key_size).unwrap_or(u32::MAX)).sqrt().recip();
    let scale = builder.scalar("scale", scale);
    let scores = builder.elementwise(op("Mul"), &scores, &[&scale]);
    // Without dropout Keras shares a row that is masked as a whole among all places, with it among none.
    let zeroes = layer.float("dropout")?.unwrap_or(0.0) > 0.0 || returns_scores;
    let weights = weighted(builder, &scores, &masks, band, zeroes)?;
    let joined = builder.mat_mul(&weights, &shared_value.permuted(&[0, 2, 1, 3]))?;
    let mut joined = joined.permuted(&[0, 2, 1, 3]);
    if let Some(gate) = gate {
        joined = builder.binary(op("Mul"), &joined, &gate)?;
    }
    let joined = builder.reshape(&joined, &[1, rows, queries.saturating_mul(value_size)])?;
    let features = match layer.sizes("output_shape", 1)? {
        Some(size) => size[0],
        None => query.value.shape()[2],
    };
    let kernel = [queries, value_size, features];
    let result =
        product(builder, layer, &joined, ("output_dense", "attention_output"), &kernel, &[features])?;
    let mut outputs = vec![Tensor::new(result, seen)];
    if returns_scores {
        outputs.push(Tensor::new(weights, None));
    }
    Ok(outputs)
}

fn reshaped(
    builder: &mut Builder,
    layer: &Layer<'_>,
    mask: &Value,
    expected: &[usize],
    shape: &[usize],
) -> Result<Value> {
    if mask.shape() != expected {
        return Err(
            layer.fail(format!("a mask of its inputs has shape {:?}, expected {expected:?}", mask.shape()))
        );
    }
    builder.reshape(mask, shape)
}

/// Adds each head as often as it is shared, side by side.
fn shared(builder: &mut Builder, value: &Value, times: usize) -> Result<Value> {
    if times == 1 {
        return Ok(value.clone());
    }
    let mut shape = value.shape();
    let heads = shape[2];
    let indices: Vec<i64> = (0..heads.saturating_mul(times)).map(|head| int(head / times)).collect();
    shape[2] = indices.len();
    let plain = builder.plain(value);
    let indices = builder.ints("heads", indices);
    let name = builder.node(op("Gather").int("axis", 2), &[&plain, &indices]);
    builder.value(name, shape, &[0, 1, 2, 3])
}

/// Adds the shares of scores along the last axis, where masks hold; `band` is a mask that is known.
fn weighted(
    builder: &mut Builder,
    scores: &Value,
    masks: &[Value],
    band: Option<ArrayD<f64>>,
    zeroes: bool,
) -> Result<Value> {
    let last = scores.rank() - 1;
    let softmax = |builder: &mut Builder, scores: &Value| {
        builder.elementwise(op("Softmax").size("axis", last), scores, &[])
    };
    let plain = builder.plain(scores);
    let scores = Value::new(plain, scores.shape());
    let Some(mask) = mask::all_of(builder, masks)? else {
        let Some(band) = band else {
            return Ok(softmax(builder, &scores));
        };
        let far = band.mapv(|bit| if bit == 0.0 { -1e9 } else { 0.0 });
        let far = builder.constant_value("mask", far);
        let scores = builder.binary(op("Add"), &scores, &far)?;
        return Ok(softmax(builder, &scores));
    };
    let mut bits = mask::numbers(builder, &mask);
    if let Some(band) = band {
        let band = builder.constant_value("mask", band);
        bits = builder.binary(op("Mul"), &bits, &band)?;
    }
    let scores = hidden(builder, &scores, &bits)?;
    let weights = softmax(builder, &scores);
    if zeroes { builder.binary(op("Mul"), &weights, &bits) } else { Ok(weights) }
}

/// `Attention` and `AdditiveAttention`: the result, and the scores if they are returned.
pub(super) fn scored(builder: &mut Builder, layer: &Layer<'_>, inputs: &Inputs<'_>) -> Result<Vec<Tensor>> {
    let tensors = inputs.tensors();
    let (query, value, key) = match tensors.as_slice() {
        [query, value] => (query, value, value),
        [query, value, key] => (query, value, key),
        _ => return Err(layer.fail(format!("has {} inputs, expected 2 or 3", tensors.len()))),
    };
    if tensors.iter().any(|tensor| tensor.value.rank() != 3) {
        return Err(layer.fail("its inputs need three axes: batch, places, features"));
    }
    let [query_mask, value_mask] = match inputs.named.get("mask") {
        Some(Given::List(items)) => {
            let mask = |at: usize| items.get(at).and_then(|item| item.tensors().first().cloned());
            [mask(0), mask(1)].map(|mask| mask.map(|mask| mask.value))
        }
        _ => [query.mask(), value.mask()],
    };
    let (rows, columns) = (query.value.shape()[1], key.value.shape()[1]);
    let use_scale = layer.flag("use_scale", layer.class == "AdditiveAttention")?;
    let features = query.value.shape()[2];
    let scores = if layer.class == "AdditiveAttention" {
        let shape = [features];
        let scale = if use_scale { Some(layer.weights(&[("scale", &shape)])?.swap_remove(0)) } else { None };
        let sums = sums(builder, &query.value, &key.value, None)?;
        let scaled = match scale {
            Some(scale) => {
                let scale = builder.floats("scale", scale);
                builder.elementwise(op("Mul"), &sums, &[&scale])
            }
            None => sums,
        };
        builder.reduce("ReduceSum", &scaled, &[3], false)?
    } else {
        let mode = layer.text("score_mode", "dot")?;
        let mut expected: Vec<(&str, &[usize])> = Vec::new();
        expected.extend(use_scale.then_some(("scale", [].as_slice())));
        expected.extend((mode == "concat").then_some(("concat_score_weight", [].as_slice())));
        let mut weights = layer.weights(&expected)?.into_iter();
        let scale = if use_scale { weights.next() } else { None };
        let scale = scale.map(|scale| builder.floats("scale", scale));
        match mode {
            "dot" => {
                let product = builder.mat_mul(&query.value, &key.value.permuted(&[0, 2, 1]))?;
                match scale {
                    Some(scale) => builder.elementwise(op("Mul"), &product, &[&scale]),
                    None => product,
                }
            }
            "concat" => {
                let sums = sums(builder, &query.value, &key.value, scale.as_deref())?;
                let sum = builder.reduce("ReduceSum", &sums, &[3], false)?;
                let factor = builder.floats("concat_score_weight", weights.next().unwrap_or_default());
                builder.elementwise(op("Mul"), &sum, &[&factor])
            }
            other => return Err(layer.fail(format!("`score_mode` `{other}` is not supported"))),
        }
    };
    let mut masks = Vec::new();
    if let Some(mask) = value_mask {
        masks.push(reshaped(builder, layer, &mask, &[1, columns], &[1, 1, columns])?);
    }
    let band = inputs.flag("use_causal_mask").then(|| {
        ArrayD::from_shape_fn(IxDyn(&[1, rows, columns]), |at| if at[2] <= at[1] { 1.0 } else { 0.0 })
    });
    let weights = weighted(builder, &scores, &masks, band, false)?;
    let mut result = builder.mat_mul(&weights, &value.value)?;
    if let Some(mask) = &query_mask {
        let bits = reshaped(builder, layer, mask, &[1, rows], &[1, rows, 1])?;
        result = mask::select(builder, &bits, &result, None)?;
    }
    let mut outputs = vec![Tensor::new(result, query_mask)];
    if inputs.flag("return_attention_scores") {
        outputs.push(Tensor::new(weights, None));
    }
    Ok(outputs)
}

/// Adds the hyperbolic tangents of the sums of each row of one input with each of another, times a factor.
fn sums(builder: &mut Builder, query: &Value, key: &Value, scale: Option<&str>) -> Result<Value> {
    let (rows, columns, features) = (query.shape()[1], key.shape()[1], query.shape()[2]);
    let query = builder.reshape(query, &[1, rows, 1, features])?;
    let key = builder.reshape(key, &[1, 1, columns, key.shape()[2]])?;
    let mut sums = builder.binary(op("Add"), &query, &key)?;
    if let Some(scale) = scale {
        sums = builder.elementwise(op("Mul"), &sums, &[scale]);
    }
    Ok(builder.elementwise(op("Tanh"), &sums, &[]))
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
    // Keras 2 names the part as the attribute that holds it; so do heads in groups.
    let is_private = layer.is_keras_2 || layer.class != "MultiHeadAttention" || name == "gate";
    let group = if is_private { format!("_{group}") } else { group.to_owned() };
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
