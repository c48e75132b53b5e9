//! The template of the model itself, and what it includes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::constants::Constants;
use super::place::{Place, copy};
use super::{comment, layer, statement};
use crate::error::Result;
use crate::quantize::{ParamsVisibility, QuantizedGraph};

/// Returns the library files of the templates that layers are made of.
pub(super) fn includes(quantized: &QuantizedGraph) -> BTreeSet<String> {
    let is_fixed = quantized.config.params == ParamsVisibility::Fixed;
    let templates = quantized.layers.iter().filter_map(|layer| layer.kernel.template(is_fixed));
    templates.map(library_path).collect()
}

/// Returns library files with all that they include.
pub(super) fn library(includes: &BTreeSet<String>) -> impl Iterator<Item = (String, String)> {
    let files = tensorproof_templates::closure(includes.iter().map(String::as_str));
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned()))
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

/// Returns the beginning of a program: what it includes from the library, and of what is beside it.
pub(super) fn header(includes: &BTreeSet<String>, beside: &[&str]) -> String {
    let mut text = String::from("pragma circom 2.1.0;\n\n");
    for include in includes.iter().map(String::as_str).chain(beside.iter().copied()) {
        let _ = writeln!(text, "include \"{include}\";");
    }
    text.push('\n');
    text
}

/// Writes the template of the model.
pub(super) fn template(
    text: &mut String,
    quantized: &QuantizedGraph,
    constants: &Constants,
    is_fixed: bool,
) -> Result<()> {
    let scale = quantized.power;
    for line in [
        format!(
            "A real number v is the integer round(v * scale); inputs and weights have the scale {scale}."
        ),
        "Each layer's comment gives its operator, its shape, its scale, and the range that its values are in.".to_owned(),
    ] {
        comment(text, 0, &line)?;
    }
    text.push_str("template Model() {\n");
    let (inputs, outputs) = statement::ports(quantized);
    statement::declare(text, "input ", &inputs, &[])?;
    statement::declare(text, "input ", &statement::parameters(quantized, constants), &[])?;
    statement::declare(text, "output ", &outputs, &[])?;
    let mut places = vec![Place::plain("", &[]); quantized.quantities.len()];
    for port in &quantized.inputs {
        places[port.place] = Place::plain(&port.signal, &quantized.quantities[port.place].shape);
    }
    for layer in &quantized.layers {
        let place = layer::text(text, quantized, constants, layer, &places, is_fixed)?;
        places[layer.output] = place;
    }
    text.push('\n');
    for (port, output) in quantized.outputs.iter().zip(&outputs) {
        text.push_str(&copy(&Place::plain(&output.name, &output.shape), &places[port.place]));
    }
    text.push_str("}\n\n");
    Ok(())
}
