//! The integer model as a circom program that a person can read.

mod constants;
mod layer;
mod place;
mod statement;
mod wiring;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use num_bigint::BigInt;
use serde_json::Value;

use crate::interval::Interval;
use crate::quantize::{ParamsVisibility, QuantizedGraph, scale_text};
use constants::Constants;
use place::{Place, copy};
pub use statement::{cost, digest, sealing};
pub(crate) use statement::{digest_cost, packed, seals};

/// What is written into the build directory.
#[derive(Clone, Debug)]
pub struct CircomProgram {
    /// Relative path and text of each source file; the first is `circuit.circom`, the others are what it includes.
    pub files: Vec<(String, String)>,
    /// The parameters as inputs of the circuit, by signal: nested lists of decimal strings.
    pub weights: Value,
}

/// Emits the circuit of a quantized model. Parameters that are equal are one parameter.
pub fn emit(quantized: &QuantizedGraph) -> CircomProgram {
    let is_fixed = quantized.config.params == ParamsVisibility::Fixed;
    let constants = Constants::of(quantized);
    let mut includes = BTreeSet::new();
    for layer in &quantized.layers {
        if let Some(template) = layer.kernel.template(is_fixed) {
            includes.insert(library_path(template));
        }
    }
    includes.extend(statement::files(&seals(quantized)).into_iter().map(str::to_owned));
    if digest(quantized).is_some() {
        includes.extend(DIGEST.map(str::to_owned));
    }
    let circuit = circuit(quantized, &constants, &includes, is_fixed);
    let mut files = vec![("circuit.circom".to_owned(), circuit)];
    if is_fixed {
        files.push(("parameters.circom".to_owned(), constants.parameters_text()));
    }
    if constants.has_tables() {
        files.push(("tables.circom".to_owned(), constants.tables_text()));
    }
    let library = tensorproof_templates::closure(includes.iter().map(String::as_str));
    files.extend(library.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())));
    let weights = if is_fixed { serde_json::Map::new() } else { constants.weights() };
    CircomProgram { files, weights: Value::Object(weights) }
}

/// The templates that a digest is made by.
const DIGEST: [&str; 2] = ["tensorproof/crypto/pack.circom", "tensorproof/crypto/public_digest.circom"];

/// Returns the library file of a template: `Conv2DFixed` is in `conv2d_fixed.circom`.
fn library_path(template: &str) -> String {
    let mut name = String::new();
    let characters: Vec<char> = template.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        // A new word starts at a capital, but `2D` belongs to the word before it.
        let starts_word =
            character.is_ascii_uppercase() && index > 0 && !characters[index - 1].is_ascii_digit();
        if starts_word {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    ["arith", "nn"]
        .iter()
        .map(|folder| format!("tensorproof/{folder}/{name}.circom"))
        .find(|path| tensorproof_templates::file(path).is_some())
        .unwrap_or_default()
}

fn circuit(
    quantized: &QuantizedGraph,
    constants: &Constants,
    includes: &BTreeSet<String>,
    is_fixed: bool,
) -> String {
    let mut text = String::from("pragma circom 2.1.0;\n\n");
    for include in includes {
        let _ = writeln!(text, "include \"{include}\";");
    }
    for (path, wanted) in [("parameters.circom", is_fixed), ("tables.circom", constants.has_tables())] {
        if wanted {
            let _ = writeln!(text, "include \"{path}\";");
        }
    }
    let _ = write!(
        text,
        "\n// A real number v is the integer round(v * scale); inputs and weights have the scale {}.\n// Each layer's comment gives its operator, its shape, its scale, and the range that its values are in.\ntemplate Model() {{\n",
        quantized.power
    );
    let (inputs, outputs) = statement::ports(quantized);
    statement::declare(&mut text, "input ", &inputs, &[]);
    statement::declare(&mut text, "input ", &statement::parameters(quantized, constants), &[]);
    statement::declare(&mut text, "output ", &outputs, &[]);
    let mut places = vec![Place::plain("", &[]); quantized.quantities.len()];
    for port in &quantized.inputs {
        places[port.place] = Place::plain(&port.signal, &quantized.quantities[port.place].shape);
    }
    for layer in &quantized.layers {
        let place = layer::text(&mut text, quantized, constants, layer, &places, is_fixed);
        places[layer.output] = place;
    }
    text.push('\n');
    for (port, output) in quantized.outputs.iter().zip(&outputs) {
        text.push_str(&copy(&Place::plain(&output.name, &output.shape), &places[port.place]));
    }
    text.push_str("}\n\n");
    statement::text(&mut text, quantized, constants);
    text
}

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
