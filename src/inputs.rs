//! The inputs of a circuit as JSON, as circom and snarkjs read them.

use std::path::Path;

use ark_ff::PrimeField;
use serde_json::Value;
use tensorproof_circom::{Inputs, Port};
use tensorproof_r1cs::{fr_from_decimal, fr_to_decimal};

use crate::error::{Error, Result};

/// Reads the inputs of a circuit: an object from names to numbers, or nested arrays or objects (of buses) of them.
/// Numbers are integers, or strings with decimal or `0x` hexadecimal integers; negative ones are taken modulo the prime.
pub(crate) fn read_inputs<F: PrimeField>(path: &Path, ports: &[Port]) -> Result<Inputs<F>> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
    let value: Value = tensorproof_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let Value::Object(fields) = value else {
        return Err(malformed("expected an object with the inputs by name".to_owned()));
    };
    let mut inputs = Inputs::new();
    for (name, value) in fields {
        let is_bus =
            |port: &Port| port.name.starts_with(&name) && port.name[name.len()..].starts_with(['.', '[']);
        if ports.iter().any(is_bus) {
            read_bus(&name, &value, ports, &mut inputs).map_err(malformed)?;
        } else {
            let mut values = Vec::new();
            flatten(&value, &mut values).map_err(|found| malformed(expected_integer(&name, &found)))?;
            inputs.insert(name, values);
        }
    }
    Ok(inputs)
}

/// Reads a bus, an array of buses, or one of their fields.
fn read_bus<F: PrimeField>(
    name: &str,
    value: &Value,
    ports: &[Port],
    inputs: &mut Inputs<F>,
) -> std::result::Result<(), String> {
    if ports.iter().any(|port| port.name == name) {
        let mut values = Vec::new();
        flatten(value, &mut values).map_err(|found| expected_integer(name, &found))?;
        inputs.insert(name.to_owned(), values);
        return Ok(());
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(field, value)| read_bus(&format!("{name}.{field}"), value, ports, inputs)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| read_bus(&format!("{name}[{index}]"), value, ports, inputs)),
        _ => Err(format!("`{name}` is a bus, expected an object with its fields")),
    }
}

fn expected_integer(name: &str, found: &str) -> String {
    format!("`{name}` holds {found}, expected integers, or strings with integers")
}

/// Appends the numbers of nested arrays; fails with what is not an integer.
pub(crate) fn flatten<F: PrimeField>(value: &Value, values: &mut Vec<F>) -> std::result::Result<(), String> {
    let text = match value {
        Value::Array(items) => return items.iter().try_for_each(|item| flatten(item, values)),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => return Err(format!("`{other}`")),
    };
    let (magnitude, is_negative) = text.strip_prefix('-').map_or((text.as_str(), false), |rest| (rest, true));
    let parsed = match magnitude.strip_prefix("0x") {
        Some(digits) => from_hexadecimal(digits),
        None => fr_from_decimal(magnitude),
    };
    let value: F = parsed.ok_or_else(|| format!("`{text}`"))?;
    values.push(if is_negative { -value } else { value });
    Ok(())
}

fn from_hexadecimal<F: PrimeField>(digits: &str) -> Option<F> {
    let value = |digit: char| digit.to_digit(16).map(|digit| F::from(u64::from(digit)));
    let sum = digits.chars().try_fold(F::from(0u64), |sum, digit| Some(sum * F::from(16u64) + value(digit)?));
    sum.filter(|_| !digits.is_empty())
}

/// Returns the inputs as JSON, each a flat list.
pub(crate) fn inputs_to_json<F: PrimeField>(inputs: &Inputs<F>) -> String {
    let list =
        |values: &Vec<F>| Value::Array(values.iter().map(|value| fr_to_decimal(value).into()).collect());
    Value::Object(inputs.iter().map(|(name, values)| (name.clone(), list(values))).collect()).to_string()
}
