//! Integers that are committed to or encrypted: tensors by name, from JSON and back.

use std::path::Path;

use num_bigint::BigInt;
use serde_json::{Map, Value};
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_from_bigint, fr_to_signed};
use tensorproof_transpiler::form::TensorForm;
use tensorproof_transpiler::seal::{Packed, Subject};

use crate::error::{Error, Result};

/// Characters of the longest integer that is read; 79 hold every element of the field.
const MOST_CHARACTERS: usize = 100;

/// A tensor of integers.
pub(crate) struct Tensor {
    /// Its name; empty for a file that is one list.
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    /// As the file has them, also those that the field has no room for.
    pub(crate) values: Vec<BigInt>,
}

/// Reads tensors: nested lists of integers, or an object with such lists by name.
pub(crate) fn read(path: &Path) -> Result<Vec<Tensor>> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
    let value: Value = tensorproof_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let tensors = match &value {
        Value::Object(fields) if fields.contains_key("") => {
            return Err(malformed("has a tensor without a name, expected one for each".to_owned()));
        }
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
    integers(value, &mut values)
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

/// Appends the integers of nested lists; fails with what is none.
fn integers(value: &Value, values: &mut Vec<BigInt>) -> std::result::Result<(), String> {
    let text = match value {
        Value::Array(items) => return items.iter().try_for_each(|item| integers(item, values)),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => return Err(format!("`{other}`")),
    };
    // The bound keeps hostile files from costing quadratic time.
    let parsed = if text.len() <= MOST_CHARACTERS { parse(&text) } else { None };
    values.push(parsed.ok_or_else(|| format!("`{text}`"))?);
    Ok(())
}

/// Reads a decimal integer, or a hexadecimal one behind `0x`.
fn parse(text: &str) -> Option<BigInt> {
    let (magnitude, is_negative) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
    let (digits, radix) = magnitude.strip_prefix("0x").map_or((magnitude, 10), |rest| (rest, 16));
    let has_zeros = radix == 10 && digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || has_zeros || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let value = BigInt::parse_bytes(digits.as_bytes(), radix)?;
    Some(if is_negative { -value } else { value })
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

/// Returns how tensors of data are packed, by the signals `t0`, `t1`, ..; their integers stand for themselves.
pub(crate) fn packed(tensors: &[Tensor]) -> Result<Vec<Packed>> {
    let packed = |(at, tensor): (usize, &Tensor)| {
        let (Some(low), Some(high)) = (tensor.values.iter().min(), tensor.values.iter().max()) else {
            let value = tensor.name.clone();
            return Err(Error::Option { option: "a tensor", value, expected: "one with values" });
        };
        // What the field has no room for would stand for another integer.
        let is_exact = |value: &BigInt| fr_to_signed(&fr_from_bigint::<Fr>(value)) == *value;
        if !is_exact(low) || !is_exact(high) || (high - low).bits() > 253 {
            let value = tensor.name.clone();
            return Err(Error::Option {
                option: "a tensor",
                value,
                expected: "one of integers between -p / 2 and p / 2, of at most 253 bits",
            });
        }
        let name = sealed_name(Subject::Data, &tensor.name);
        Ok(Packed { signal: format!("t{at}"), form: TensorForm::whole(&tensor.shape, low, high), name })
    };
    tensors.iter().enumerate().map(packed).collect()
}

/// Returns tensors as values of given forms, by the signals `t0`, `t1`, ..
///
/// # Errors
/// The text names what is different: their number, or a tensor's shape or values.
pub(crate) fn packed_as(
    subject: Subject,
    tensors: &[Tensor],
    forms: Vec<TensorForm>,
) -> std::result::Result<Vec<Packed>, String> {
    if tensors.len() != forms.len() {
        return Err(format!("is of {} tensors, found {}", forms.len(), tensors.len()));
    }
    let packed = |(at, (tensor, form)): (usize, (&Tensor, TensorForm))| {
        let Tensor { name, shape, values } = tensor;
        if *shape != form.shape {
            return Err(format!("has shape {:?} for tensor {at}, found {shape:?} of `{name}`", form.shape));
        }
        if !form.holds(values) {
            let (low, bits) = (&form.low, form.bits);
            return Err(format!("has {bits} bits from {low} on for tensor {at}, found others in `{name}`"));
        }
        Ok(Packed { signal: format!("t{at}"), form, name: sealed_name(subject, name) })
    };
    tensors.iter().zip(forms).enumerate().map(packed).collect()
}

/// Returns a tensor's name where seals of a subject cover it: in data, unless it is one list. The tensors of a circuit are told
/// apart by their positions.
pub(crate) fn sealed_name(subject: Subject, name: &str) -> Option<String> {
    (subject == Subject::Data && !name.is_empty()).then(|| name.to_owned())
}

/// Returns the inputs of a circuit that seals tensors.
pub(crate) fn inputs(tensors: &[Tensor], packed: &[Packed]) -> Inputs {
    let pairs = packed.iter().zip(tensors);
    let elements = |tensor: &Tensor| -> Vec<Fr> { tensor.values.iter().map(fr_from_bigint).collect() };
    pairs.map(|(packed, tensor)| (packed.signal.clone(), elements(tensor))).collect()
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
