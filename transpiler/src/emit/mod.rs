//! The integer model as a circom program that a person can read.

mod bounty;
mod constants;
mod digest;
mod interface;
mod layer;
mod model;
mod place;
mod seals;
mod statement;
mod wiring;

use std::fmt::Write as _;

use num_bigint::BigInt;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::quantize::{ParamsVisibility, QuantizedGraph, scale_text};
pub use bounty::{Bounty, Pixels, Root, Statement, TestSet, bounty};
use constants::Constants;
pub use digest::digest;
pub(crate) use digest::{digest_cost, public_count};
pub use interface::{Interface, Signals, Template};
pub use seals::sealing;
pub(crate) use seals::{packed, seals};
pub use statement::cost;

/// The comment by which the circuit of a model is told from others.
pub const MARK: &str =
    "The circuit of a model: settings.json says what its numbers mean, and what is left to who verifies.";

/// What is written into the build directory.
#[derive(Clone, Debug)]
pub struct CircomProgram {
    /// Relative path and text of each source file; the first is `circuit.circom`, the others are what it includes.
    pub files: Vec<(String, String)>,
    /// The parameters as inputs of the circuit, by signal: nested lists of decimal strings.
    pub weights: Value,
    /// What the compiled circuit has to have.
    pub interface: Interface,
}

/// Emits the circuit of a quantized model. Parameters that are equal are one parameter.
///
/// # Errors
/// When something other than identifiers and numbers of ours would stand in a source.
pub fn emit(quantized: &QuantizedGraph) -> Result<CircomProgram> {
    let is_fixed = quantized.config.params == ParamsVisibility::Fixed;
    let constants = Constants::of(quantized);
    let mut includes = model::includes(quantized);
    includes.extend(seals::files(&seals(quantized)).into_iter().map(str::to_owned));
    if quantized.config.params == ParamsVisibility::Public {
        includes.insert(PACK.to_owned());
    }
    if digest(quantized).is_some() {
        includes.extend(DIGEST.map(str::to_owned));
    }
    let beside = [("parameters.circom", is_fixed), ("tables.circom", constants.has_tables())];
    let beside: Vec<&str> = beside.into_iter().filter(|(_, wanted)| *wanted).map(|(path, _)| path).collect();
    let mut circuit = model::header(&includes, &beside);
    comment(&mut circuit, 0, MARK)?;
    model::template(&mut circuit, quantized, &constants, is_fixed)?;
    statement::text(&mut circuit, quantized, &constants)?;
    let mut files = vec![("circuit.circom".to_owned(), circuit)];
    if is_fixed {
        files.push(("parameters.circom".to_owned(), constants.parameters_text()?));
    }
    if constants.has_tables() {
        files.push(("tables.circom".to_owned(), constants.tables_text()?));
    }
    files.extend(model::library(&includes));
    let weights = if is_fixed { serde_json::Map::new() } else { constants.weights() };
    let interface = Interface::of(quantized, &constants);
    Ok(CircomProgram { files, weights: Value::Object(weights), interface })
}

/// Writes a comment, the one place of a source for text that is no code.
///
/// # Errors
/// When the text has more than a line, or anything but printable ASCII: what follows a line's end would be code.
fn comment(text: &mut String, indent: usize, line: &str) -> Result<()> {
    if !line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(Error::Comment { text: line.to_owned() });
    }
    // Writing to a string does not fail.
    let _ = writeln!(text, "{:indent$}// {line}", "");
    Ok(())
}

/// The template that proves ranges.
const PACK: &str = "tensorproof/crypto/pack.circom";
/// The templates that a digest is made by.
const DIGEST: [&str; 2] = [PACK, "tensorproof/crypto/public_digest.circom"];

/// A single value is a signal without axes.
fn output_axes(shape: &[usize]) -> Vec<usize> {
    if *shape == [1] { Vec::new() } else { shape.to_vec() }
}

/// Returns shape, scale and range of a quantity.
fn described(quantized: &QuantizedGraph, place: usize) -> String {
    let quantity = &quantized.quantities[place];
    let Interval { low, high } = Interval::hull(&quantity.intervals);
    let shape: Vec<String> = quantity.shape.iter().map(usize::to_string).collect();
    format!("{}, scale {}, in [{low}, {high}]", shape.join("x"), scale_text(&quantity.scale))
}

/// Returns values as nested lists of decimal strings.
pub(crate) fn nested(shape: &[usize], values: &[BigInt]) -> Value {
    match shape {
        [] => values.first().map_or(Value::Null, |value| Value::String(value.to_string())),
        [_, inner @ ..] => {
            let length: usize = inner.iter().product();
            Value::Array(values.chunks(length.max(1)).map(|chunk| nested(inner, chunk)).collect())
        }
    }
}

/// Returns nested lists as a circom array.
fn literal(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::String(number) => number.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_one_line_of_printable_ascii() {
        let mut text = String::new();
        comment(&mut text, 4, "`x`: 3x4, scale 10^2, in [0, 100]").unwrap();
        assert_eq!(text, "    // `x`: 3x4, scale 10^2, in [0, 100]\n");
        for line in ["a\nb", "a\rb", "\0", "\t", "\x1b[2J", "\x7f", "\u{85}", "\u{2028}", "ü"] {
            let message = comment(&mut text, 0, line).unwrap_err().to_string();
            assert!(message.contains("printable ASCII"), "{message}");
        }
        assert_eq!(text.lines().count(), 1);
    }
}
