//! Inputs as JSON, as this and other tools write them.

use ndarray::ArrayD;
use serde_json::Value;

use super::contents::{Held, Layout};
use crate::seal::Subject;

/// What ezkl calls the list of the inputs.
const LIST: &str = "input_data";

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Layout, String> {
    let value: Value = tensorproof_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
    match &value {
        Value::Object(map) => {
            let salt = Subject::Input.salt_signal();
            let others = map.iter().filter(|(name, _)| **name != salt);
            let named = others.map(|(name, value)| (name.clone(), nested(value))).collect();
            match map.get(LIST) {
                Some(list @ Value::Array(items)) if !items.is_empty() => {
                    let arrays = items.iter().map(nested).collect();
                    Ok(Layout::Listed { arrays, whole: nested(list), named })
                }
                _ => Ok(Layout::Named(named)),
            }
        }
        Value::Array(_) => Ok(Layout::Single(nested(&value))),
        _ => Err("expected an object with the inputs by name".to_owned()),
    }
}

fn nested(value: &Value) -> Held {
    let mut shape = Vec::new();
    let mut first = value;
    while let Value::Array(items) = first {
        shape.push(items.len());
        match items.first() {
            Some(item) => first = item,
            None => return Err("has an empty array".to_owned()),
        }
    }
    let mut values = Vec::new();
    collect(value, &shape, &mut values)?;
    ArrayD::from_shape_vec(shape, values).map_err(|error| error.to_string())
}

fn collect(value: &Value, shape: &[usize], values: &mut Vec<f64>) -> Result<(), String> {
    match (value, shape) {
        (Value::Array(items), [length, inner @ ..]) if items.len() == *length => {
            return items.iter().try_for_each(|item| collect(item, inner, values));
        }
        (Value::Array(items), [length, ..]) => {
            return Err(format!("a row has {} elements, expected {length} as in others", items.len()));
        }
        (other, [_, ..]) => return Err(format!("found {}, expected an array", kind(other))),
        _ => {}
    }
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(value) => Some(f64::from(*value)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    values.push(number.ok_or_else(|| format!("found {}, expected a number", kind(value)))?);
    Ok(())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
