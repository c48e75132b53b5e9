//! The integer model as a circom program that a person can read.

mod constants;
mod layer;
mod place;
mod wiring;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use num_bigint::BigInt;
use serde_json::Value;

use crate::interval::Interval;
use crate::quantize::{
    DIGEST_FROM, InputVisibility, ParamsVisibility, PublicSignals, QuantizedGraph, scale_text,
};
use constants::Constants;
use place::{Place, bracketed, copy, loops};

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
    if digest(quantized).is_some() {
        includes.insert(DIGEST.to_owned());
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

/// The template that a digest is made by.
const DIGEST: &str = "tensorproof/crypto/public_digest.circom";

/// Returns the number of public values that a digest stands for; `None` if each is a public signal.
pub fn digest(quantized: &QuantizedGraph) -> Option<usize> {
    let size = |place: usize| quantized.quantities[place].shape.iter().product::<usize>();
    let mut values: usize = quantized.outputs.iter().map(|port| size(port.place)).sum();
    if quantized.config.input == InputVisibility::Public {
        values += quantized.inputs.iter().map(|port| size(port.place)).sum::<usize>();
    }
    if quantized.config.params == ParamsVisibility::Public {
        let constants = Constants::of(quantized);
        values +=
            constants.parameter_signals().map(|(_, shape)| shape.iter().product::<usize>()).sum::<usize>();
    }
    let wanted = match quantized.config.public_signals {
        PublicSignals::Plain => false,
        PublicSignals::Digest => true,
        PublicSignals::Auto => values >= DIGEST_FROM,
    };
    wanted.then_some(values)
}

/// Returns the constraints of a digest: a Poseidon permutation for sixteen values, and a product for each.
pub(crate) fn digest_cost(values: usize) -> usize {
    // Of states of 2 to 17 elements; all have 8 full rounds.
    const PARTIAL_ROUNDS: [usize; 16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
    let rate = values.clamp(1, 16);
    values.div_ceil(rate) * 3 * (8 * (rate + 1) + PARTIAL_ROUNDS[rate - 1]) - 3 + values
}

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
    let has_digest = digest(quantized).is_some();
    let mut public = Vec::new();
    let mut places = vec![Place::plain("", &[]); quantized.quantities.len()];
    for port in &quantized.inputs {
        let quantity = &quantized.quantities[port.place];
        let _ = writeln!(text, "    // `{}`: {}", port.name, described(quantized, port.place));
        let _ = writeln!(text, "    signal input {}{};", port.signal, bracketed(&quantity.shape));
        places[port.place] = Place::plain(&port.signal, &quantity.shape);
        if quantized.config.input == InputVisibility::Public {
            public.push(port.signal.clone());
        }
    }
    if !is_fixed {
        for (name, shape) in constants.parameter_signals() {
            let _ = writeln!(text, "    signal input {name}{};", bracketed(shape));
            if quantized.config.params == ParamsVisibility::Public {
                public.push(name.to_owned());
            }
        }
    }
    for port in &quantized.outputs {
        let shape = output_axes(&quantized.quantities[port.place].shape);
        let kind = if has_digest { "signal" } else { "signal output" };
        let _ = writeln!(text, "    {kind} {}{};", port.signal, bracketed(&shape));
    }
    for layer in &quantized.layers {
        let place = layer::text(&mut text, quantized, constants, layer, &places, is_fixed);
        places[layer.output] = place;
    }
    text.push('\n');
    for port in &quantized.outputs {
        let shape = output_axes(&quantized.quantities[port.place].shape);
        text.push_str(&copy(&Place::plain(&port.signal, &shape), &places[port.place]));
    }
    if has_digest {
        digest_text(&mut text, quantized, constants, &public);
        public = vec!["publicChallenge".to_owned()];
    }
    text.push_str("}\n\n");
    let public =
        if public.is_empty() { String::new() } else { format!(" {{public [{}]}}", public.join(", ")) };
    let _ = writeln!(text, "component main{public} = Model();");
    text
}

/// Writes the digest of all public values, in the order that the public signals would have: outputs, inputs, parameters.
fn digest_text(text: &mut String, quantized: &QuantizedGraph, constants: &Constants, public: &[String]) {
    let shape_of = |place: usize| quantized.quantities[place].shape.clone();
    let outputs =
        quantized.outputs.iter().map(|port| (port.signal.clone(), output_axes(&shape_of(port.place))));
    let inputs = quantized.inputs.iter().map(|port| (port.signal.clone(), shape_of(port.place)));
    let parameters = constants.parameter_signals().map(|(name, shape)| (name.to_owned(), shape.to_vec()));
    let inputs = inputs.chain(parameters).filter(|(name, _)| public.contains(name));
    let ports: Vec<(String, Vec<usize>)> = outputs.chain(inputs).collect();
    let values: usize = ports.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    let _ = write!(
        text,
        "\n    // The public values are known by their digest: their hash, and a sum at a challenge that depends on all of them.\n    signal input publicChallenge;\n    signal output publicHash;\n    signal output publicValue;\n    component publicDigest = PublicDigest({values});\n"
    );
    let mut first = 0;
    for (name, shape) in &ports {
        let place = Place::plain(name, shape);
        let count: usize = shape.iter().product();
        let position = if first == 0 { "i".to_owned() } else { format!("({first} + i)") };
        let target = Place::plain("publicDigest.in", &[values]);
        let body = format!("{} <== {};", target.at_position(&position), place.at_position("i"));
        text.push_str(&loops(&[count], &[body]));
        first += count;
    }
    text.push_str("    publicDigest.challenge <== publicChallenge;\n    publicHash <== publicDigest.hash;\n    publicValue <== publicDigest.value;\n");
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
