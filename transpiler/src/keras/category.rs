//! Layers that turn numbers into categories: `IntegerLookup`, `Discretization`, `CategoryEncoding`.
//!
//! Source: `keras/src/layers/preprocessing` and `encode_categorical_inputs` of `keras/src/utils/numerical_utils.py`.

use ndarray::{ArrayD, IxDyn};
use serde_json::Value as Json;

use super::builder::{Builder, Value, op};
use super::config::Layer;
use super::mask::numbers;
use crate::error::Result;
use crate::tensor::array;

/// Most categories.
const MOST: usize = 1 << 20;

/// Returns a list as a constant along a new last axis.
fn list(
    builder: &mut Builder,
    layer: &Layer<'_>,
    role: &str,
    values: Vec<f64>,
    rank: usize,
) -> Result<Value> {
    let mut shape = vec![1; rank];
    shape.push(values.len());
    let values = array(&shape, values).ok_or_else(|| layer.fail(format!("its `{role}` is too large")))?;
    Ok(builder.constant_value(role, values))
}

fn numbers_of(layer: &Layer<'_>, key: &str, json: &Json) -> Result<Vec<f64>> {
    let values: Option<Vec<f64>> = json.as_array().and_then(|items| items.iter().map(Json::as_f64).collect());
    values
        .filter(|values| !values.is_empty() && values.len() <= MOST)
        .ok_or_else(|| layer.unexpected(key, json, &format!("1 to {MOST} numbers")))
}

/// Returns values with an axis of length one behind, for what is compared with each.
fn column(builder: &mut Builder, value: &Value) -> Result<Value> {
    let mut shape = value.shape();
    shape.push(1);
    builder.reshape(value, &shape)
}

/// Adds the sum of bits along the last axis, each times a weight that is an integer: an integer.
fn total(builder: &mut Builder, bits: &Value, weight: impl Fn(usize) -> f64) -> Result<Value> {
    let axis = bits.rank() - 1;
    let mut sum: Option<Value> = None;
    for at in 0..bits.shape()[axis] {
        let mut part = builder.place(bits, axis, at)?;
        let factor = weight(at);
        if factor == 0.0 && at > 0 {
            continue;
        }
        if factor != 1.0 {
            let factor = builder.scalar("weight", factor);
            part = builder.elementwise(op("Mul"), &part, &[&factor]);
        }
        sum = Some(match sum {
            Some(sum) => builder.binary(op("Add"), &sum, &part)?,
            None => part,
        });
    }
    match sum {
        Some(sum) => Ok(sum),
        None => builder.reduce("ReduceSum", bits, &[axis], false),
    }
}

/// Adds, for bits along the last axis, what an `output_mode` other than `int` makes of them.
fn encoded(
    builder: &mut Builder,
    layer: &Layer<'_>,
    bits: &Value,
    mode: &str,
    weights: Option<&Value>,
) -> Result<Value> {
    let (shape, rank) = (bits.shape(), bits.rank());
    let places = shape[rank - 2];
    let without = [&shape[..rank - 2], &shape[rank - 1..]].concat();
    let is_single = rank > 2 && places == 1;
    match mode {
        "one_hot" if is_single => builder.reshape(bits, &without),
        "one_hot" => Ok(bits.clone()),
        "multi_hot" if rank == 2 => Ok(bits.clone()),
        "multi_hot" if is_single => builder.reshape(bits, &without),
        "multi_hot" => builder.reduce("ReduceMax", bits, &[rank - 2], false),
        "count" if rank > 2 => {
            let weighted = match weights {
                Some(weights) => {
                    let weights = column(builder, weights)?;
                    builder.broadcast(op("Mul"), &[bits.clone(), weights])?
                }
                None => bits.clone(),
            };
            builder.reduce("ReduceSum", &weighted, &[1], false)
        }
        other => Err(layer.fail(format!(
            "`output_mode` `{other}` is not supported, expected `int`, `one_hot`, `multi_hot` or `count`"
        ))),
    }
}

/// `CategoryEncoding`; what is not a category is no category.
pub(super) fn encoding(
    builder: &mut Builder,
    layer: &Layer<'_>,
    values: &[Value],
    weights: Option<&Value>,
) -> Result<Value> {
    let [value] = values else {
        return Err(layer.fail(format!("has {} inputs, expected 1", values.len())));
    };
    if layer.flag("sparse", false)? {
        return Err(layer.fail("`sparse` is not supported, expected false"));
    }
    if value.rank() == 0 {
        return Err(layer.fail("its input has no axes"));
    }
    let count = layer.size("num_tokens")?;
    builder.hold_integers(value);
    let bits = indicator(builder, layer, value, count)?;
    encoded(builder, layer, &bits, layer.text("output_mode", "multi_hot")?, weights)
}

/// Adds which of `0..count` each value is, along a new last axis.
pub(super) fn indicator(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    count: usize,
) -> Result<Value> {
    if count > MOST {
        return Err(layer.fail(format!("has {count} categories, expected at most {MOST}")));
    }
    let all: Vec<f64> = (0..count).map(number).collect();
    among(builder, layer, value, all)
}

/// Adds which of some numbers each value is, along a new last axis.
fn among(builder: &mut Builder, layer: &Layer<'_>, value: &Value, all: Vec<f64>) -> Result<Value> {
    let column = column(builder, value)?;
    let all = list(builder, layer, "categories", all, value.rank())?;
    let equal = builder.broadcast(op("Equal"), &[column, all])?;
    Ok(numbers(builder, &equal))
}

#[expect(clippy::cast_precision_loss, reason = "categories are far fewer than 2^52")]
fn number(index: usize) -> f64 {
    index as f64
}

/// `Discretization`: how many of the boundaries are not above a value.
pub(super) fn discretization(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let json = layer.get("bin_boundaries").unwrap_or(&Json::Null);
    let boundaries = numbers_of(layer, "bin_boundaries", json)?;
    if boundaries.windows(2).any(|pair| pair[0] > pair[1]) {
        return Err(layer.unexpected("bin_boundaries", json, "ascending numbers"));
    }
    let count = boundaries.len();
    let column = column(builder, value)?;
    let boundaries = list(builder, layer, "bin_boundaries", boundaries, value.rank())?;
    let reached = builder.broadcast(op("GreaterOrEqual"), &[column, boundaries])?;
    let reached = numbers(builder, &reached);
    let index = total(builder, &reached, |_| 1.0)?;
    match layer.text("output_mode", "int")? {
        "int" => Ok(index),
        mode => {
            let bits = indicator(builder, layer, &index, count + 1)?;
            encoded(builder, layer, &bits, mode, None)
        }
    }
}

/// `IntegerLookup`: the place of an integer in a vocabulary.
pub(super) fn integer_lookup(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    for key in ["invert", "sparse"] {
        if layer.flag(key, false)? {
            return Err(layer.fail(format!("`{key}` is not supported, expected false")));
        }
    }
    let mode = layer.text("output_mode", "int")?;
    let given = match layer.get("vocabulary") {
        Some(json) => numbers_of(layer, "vocabulary", json)?,
        None => adapted(layer)?,
    };
    let mask_token = layer.float("mask_token")?;
    let unknown = match layer.get("num_oov_indices") {
        None => 1,
        Some(json) => json
            .as_u64()
            .and_then(|count| usize::try_from(count).ok())
            .filter(|count| *count <= MOST)
            .ok_or_else(|| layer.unexpected("num_oov_indices", json, "a count"))?,
    };
    let oov_token = layer.float("oov_token")?.unwrap_or(-1.0);
    // A vocabulary may begin with the special tokens.
    let is_special = |token: f64| Some(token) == mask_token || token == oov_token;
    let special = given.iter().take(unknown + 1).take_while(|token| is_special(**token)).count();
    let tokens = given[special..].to_vec();
    let mut sorted = tokens.clone();
    sorted.sort_by(f64::total_cmp);
    if tokens.is_empty() || sorted.windows(2).any(|pair| pair[0].total_cmp(&pair[1]).is_eq()) {
        return Err(layer.fail("`vocabulary` has no integers, or one twice"));
    }
    builder.hold_integers(value);
    let known = among(builder, layer, value, tokens.clone())?;
    let rank = value.rank();
    let found = total(builder, &known, |_| 1.0)?;
    let found = column(builder, &found)?;
    let masked = match mask_token {
        Some(token) => Some(among(builder, layer, value, vec![token])?),
        None => None,
    };
    // What is neither known nor the mask's token.
    let one = builder.scalar("one", 1.0);
    let mut rest = builder.elementwise(op("Neg"), &found, &[]);
    rest = builder.elementwise(op("Add"), &rest, &[&one]);
    if let Some(masked) = &masked {
        rest = builder.binary(op("Sub"), &rest, masked)?;
    }
    let others = match unknown {
        0 => None,
        1 => Some(rest),
        count => {
            let modulus = builder.scalar("num_oov_indices", number(count));
            let bucket = builder.elementwise(op("Mod"), value, &[&modulus]);
            let bits = indicator(builder, layer, &bucket, count)?;
            Some(builder.binary(op("Mul"), &bits, &rest)?)
        }
    };
    let mut parts: Vec<Value> = Vec::new();
    if mode == "int" {
        if unknown == 0 {
            return Err(layer.fail(
                "`num_oov_indices` 0 with `output_mode` `int` is not supported: Keras stops at integers outside of the vocabulary; use 1",
            ));
        }
        parts.extend(masked);
    }
    parts.extend(others);
    parts.push(known);
    let bits = builder.joined(&parts, rank)?;
    if mode == "int" {
        return total(builder, &bits, number);
    }
    categories(builder, layer, bits, mode)
}

/// Adds what `IntegerLookup` makes of bits along the last axis.
fn categories(builder: &mut Builder, layer: &Layer<'_>, mut bits: Value, mode: &str) -> Result<Value> {
    let rank = bits.rank() - 1;
    let count = bits.shape()[rank];
    if layer.flag("pad_to_max_tokens", false)? {
        let most = layer.size("max_tokens")?;
        let missing = most.checked_sub(count).ok_or_else(|| {
            layer.fail(format!("`max_tokens` {most} is less than the vocabulary's {count}"))
        })?;
        if missing > 0 {
            let mut shape = bits.shape();
            shape[rank] = missing;
            if crate::tensor::elements(&shape).is_none() {
                return Err(layer.fail(format!("`max_tokens` {most} is too large")));
            }
            let zeros = builder.constant_value("padding", ArrayD::zeros(IxDyn(&shape)));
            bits = builder.joined(&[bits, zeros], rank)?;
        }
    }
    if mode != "tf_idf" {
        return encoded(builder, layer, &bits, mode, None);
    }
    let counts = encoded(builder, layer, &bits, "count", None)?;
    let weights = match layer.get("idf_weights") {
        Some(json) => numbers_of(layer, "idf_weights", json)?,
        None => layer.read(&["idf_weights"])?.swap_remove(0).into_iter().collect(),
    };
    if weights.len() != counts.shape().last().copied().unwrap_or(0) {
        return Err(layer.fail(format!(
            "`idf_weights` has {} values, expected {:?}",
            weights.len(),
            counts.shape()
        )));
    }
    let weights = list(builder, layer, "idf_weights", weights, counts.rank() - 1)?;
    builder.binary(op("Mul"), &counts, &weights)
}

/// Reads the vocabulary that `adapt` found, which a `.keras` archive keeps in a file of its own.
fn adapted(layer: &Layer<'_>) -> Result<Vec<f64>> {
    let missing =
        || layer.fail("has no `vocabulary` in the file; give it one in the layer, and save as `.keras`");
    let text = layer.asset("vocabulary.txt").ok_or_else(missing)?;
    let tokens: Option<Vec<f64>> =
        text.lines().filter(|line| !line.is_empty()).map(|line| integer(line.trim())).collect();
    tokens
        .filter(|tokens| !tokens.is_empty() && tokens.len() <= MOST)
        .ok_or_else(|| layer.fail("its `vocabulary.txt` is not a list of integers"))
}

fn integer(text: &str) -> Option<f64> {
    let token: i64 = text.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "larger ones are not in the vocabulary's range")]
    let number = token as f64;
    (token.unsigned_abs() < 1 << 53).then_some(number)
}
