//! Integers that are committed to or encrypted: tensors by name, from JSON and back.

use std::path::Path;

use num_bigint::BigInt;
use serde_json::{Map, Value};
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_to_signed};
use tensorproof_transpiler::seal::Packed;

use crate::error::{Error, Result};
use crate::inputs::flatten;

/// A tensor of integers.
pub(crate) struct Tensor {
    /// Its name; empty for a file that is one list.
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<Fr>,
}

/// Reads tensors: nested lists of integers, or an object with such lists by name.
pub(crate) fn read(path: &Path) -> Result<Vec<Tensor>> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
    let value: Value = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let tensors = match &value {
        Value::Object(fields) => fields.iter().map(|(name, value)| tensor(name, value)).collect(),
        value => tensor("", value).map(|tensor| vec![tensor]),
    };
    let tensors: Vec<Tensor> = tensors.map_err(malformed)?;
    if tensors.iter().all(|tensor| tensor.values.is_empty()) {
        return Err(malformed("has no integers".to_owned()));
    }
    Ok(tensors)
}

fn tensor(name: &str, value: &Value) -> std::result::Result<Tensor, String> {
    let mut values = Vec::new();
    flatten(value, &mut values)
        .map_err(|found| format!("`{name}` holds {found}, expected nested lists of integers"))?;
    let mut shape = Vec::new();
    let mut first = value;
    while let Value::Array(items) = first {
        shape.push(items.len());
        match items.first() {
            Some(item) => first = item,
            None => break,
        }
    }
    if !is_rectangular(value, &shape) {
        return Err(format!("`{name}` has lists of different lengths, expected shape {shape:?}"));
    }
    Ok(Tensor { name: name.to_owned(), shape, values })
}

fn is_rectangular(value: &Value, shape: &[usize]) -> bool {
    match (value, shape) {
        (Value::Array(items), [length, inner @ ..]) => {
            items.len() == *length && items.iter().all(|item| is_rectangular(item, inner))
        }
        (Value::Array(_), []) => false,
        (_, shape) => shape.is_empty(),
    }
}

/// Returns how tensors are packed, by the signals `t0`, `t1`, ..
pub(crate) fn packed(tensors: &[Tensor]) -> Result<Vec<Packed>> {
    let packed = |(at, tensor): (usize, &Tensor)| {
        let integers: Vec<BigInt> = tensor.values.iter().map(fr_to_signed).collect();
        let (Some(low), Some(high)) = (integers.iter().min(), integers.iter().max()) else {
            let value = tensor.name.clone();
            return Err(Error::Option { option: "a tensor", value, expected: "one with values" });
        };
        if (high - low).bits() > 253 {
            let value = tensor.name.clone();
            return Err(Error::Option { option: "a tensor", value, expected: "one of at most 253 bits" });
        }
        Ok(Packed::new(&format!("t{at}"), &tensor.shape, low, high))
    };
    tensors.iter().enumerate().map(packed).collect()
}

/// Returns the inputs of a circuit that seals tensors.
pub(crate) fn inputs(tensors: &[Tensor], packed: &[Packed]) -> Inputs {
    let pairs = packed.iter().zip(tensors);
    pairs.map(|(packed, tensor)| (packed.signal.clone(), tensor.values.clone())).collect()
}

/// Returns integers as nested lists of decimal strings.
pub(crate) fn nested(shape: &[usize], values: &[BigInt]) -> Value {
    match shape {
        [] => values.first().map_or(Value::Null, |value| Value::String(value.to_string())),
        [_, inner @ ..] => {
            let length: usize = inner.iter().product();
            values.chunks(length.max(1)).map(|chunk| nested(inner, chunk)).collect()
        }
    }
}

/// Returns tensors by name, or the one without a name.
pub(crate) fn to_json(tensors: Vec<(String, Value)>) -> Value {
    match <[(String, Value); 1]>::try_from(tensors) {
        Ok([(name, value)]) if name.is_empty() => value,
        Ok([pair]) => Value::Object(Map::from_iter([pair])),
        Err(tensors) => Value::Object(tensors.into_iter().collect()),
    }
}

/// Returns the values of packed elements of the field.
pub(crate) fn unpack(packed: &[Packed], elements: &[Fr]) -> Vec<Vec<BigInt>> {
    let mut rest = elements;
    packed
        .iter()
        .map(|packed| {
            let (own, others) = rest.split_at(packed.elements().min(rest.len()));
            rest = others;
            let integers: Vec<BigInt> = own.iter().map(crate::template::unsigned).collect();
            packed.unpack(&integers)
        })
        .collect()
}
