//! The integer model as a circom program that a person can read.

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use num_bigint::BigInt;
use serde_json::Value;

use crate::interval::Interval;
use crate::kernel::{Kernel, Parameters};
use crate::quantize::{InputVisibility, Layer, ParamsVisibility, QuantizedGraph, scale_text};

/// What is written into the build directory.
#[derive(Clone, Debug)]
pub struct CircomProgram {
    /// Relative path and text of each source file; the first is `circuit.circom`, the others are what it includes.
    pub files: Vec<(String, String)>,
    /// The parameters as inputs of the circuit, by signal: nested lists of decimal strings.
    pub weights: Value,
}

/// Emits the circuit of a quantized model.
pub fn emit(quantized: &QuantizedGraph) -> CircomProgram {
    let is_fixed = quantized.config.params == ParamsVisibility::Fixed;
    let mut includes = BTreeSet::new();
    let mut parameters =
        String::from("pragma circom 2.1.0;\n\n// The parameters of the model, scaled to integers.\n");
    let mut weights = serde_json::Map::new();
    for layer in &quantized.layers {
        if let Some(template) = layer.kernel.template(is_fixed) {
            includes.insert(library_path(template));
        }
        for (name, shape, values) in parameter_arrays(quantized, layer) {
            let nested = nested(&shape, values);
            if is_fixed {
                let _ = write!(parameters, "\nfunction {name}() {{\n    return {};\n}}\n", literal(&nested));
            } else {
                weights.insert(name, nested);
            }
        }
    }
    let circuit = circuit(quantized, &includes, is_fixed);
    let mut files = vec![("circuit.circom".to_owned(), circuit)];
    if is_fixed {
        files.push(("parameters.circom".to_owned(), parameters));
    }
    let library = tensorproof_templates::closure(includes.iter().map(String::as_str));
    files.extend(library.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())));
    CircomProgram { files, weights: Value::Object(weights) }
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
    let folder = if matches!(template, "Range" | "Rescale" | "Max") { "arith" } else { "nn" };
    format!("tensorproof/{folder}/{name}.circom")
}

/// Returns name, shape and values of the arrays of parameters that a layer has.
fn parameter_arrays<'q>(
    quantized: &QuantizedGraph,
    layer: &'q Layer,
) -> Vec<(String, Vec<usize>, &'q [BigInt])> {
    let Some(Parameters { weights, bias }) = layer.kernel.parameters() else {
        return Vec::new();
    };
    let shape = match &layer.kernel {
        Kernel::Conv2D { geometry, .. } => geometry.kernel.to_vec(),
        _ => vec![bias.len(), quantized.quantities[layer.inputs[0]].shape[0]],
    };
    vec![
        (format!("{}_weights", layer.name), shape, weights.as_slice()),
        (format!("{}_bias", layer.name), vec![bias.len()], bias.as_slice()),
    ]
}

fn circuit(quantized: &QuantizedGraph, includes: &BTreeSet<String>, is_fixed: bool) -> String {
    let mut text = String::from("pragma circom 2.1.0;\n\n");
    for include in includes {
        let _ = writeln!(text, "include \"{include}\";");
    }
    if is_fixed {
        text.push_str("include \"parameters.circom\";\n");
    }
    let _ = write!(
        text,
        "\n// A real number v is the integer round(v * scale); inputs and weights have the scale 10^{}.\n// Each layer's comment gives its operator, its shape, its scale, and the range that its values are in.\ntemplate Model() {{\n",
        quantized.exponent
    );
    let mut public = Vec::new();
    for port in &quantized.inputs {
        let quantity = &quantized.quantities[port.place];
        let _ = writeln!(text, "    // `{}`: {}", port.name, described(quantized, port.place));
        let _ = writeln!(text, "    signal input {}{};", port.signal, axes(&quantity.shape));
        if quantized.config.input == InputVisibility::Public {
            public.push(port.signal.clone());
        }
    }
    if !is_fixed {
        for layer in &quantized.layers {
            for (name, shape, _) in parameter_arrays(quantized, layer) {
                let _ = writeln!(text, "    signal input {name}{};", axes(&shape));
                if quantized.config.params == ParamsVisibility::Public {
                    public.push(name);
                }
            }
        }
    }
    for port in &quantized.outputs {
        let shape = &quantized.quantities[port.place].shape;
        let _ = writeln!(text, "    signal output {}{};", port.signal, axes(&output_axes(shape)));
    }
    let mut places = Places::new(quantized);
    for layer in &quantized.layers {
        layer_text(&mut text, quantized, layer, &mut places, is_fixed);
    }
    text.push('\n');
    for port in &quantized.outputs {
        let place = &places.0[port.place];
        let shape = output_axes(&quantized.quantities[port.place].shape);
        text.push_str(&copy(&Place::plain(&port.signal), place, &shape, 1));
    }
    text.push_str("}\n\n");
    let public =
        if public.is_empty() { String::new() } else { format!(" {{public [{}]}}", public.join(", ")) };
    let _ = writeln!(text, "component main{public} = Model();");
    text
}

/// A single value is a signal without axes.
fn output_axes(shape: &[usize]) -> Vec<usize> {
    if *shape == [1] { Vec::new() } else { shape.to_vec() }
}

/// How the elements of a quantity are written: `prefix[i][j]suffix`.
#[derive(Clone, Debug)]
struct Place {
    prefix: String,
    suffix: &'static str,
    /// A single signal, without indices.
    is_scalar: bool,
}

impl Place {
    fn plain(name: &str) -> Self {
        Self { prefix: name.to_owned(), suffix: "", is_scalar: false }
    }

    fn at(&self, indices: &[String]) -> String {
        let indices = if self.is_scalar { String::new() } else { bracketed(indices) };
        format!("{}{indices}{}", self.prefix, self.suffix)
    }
}

struct Places(Vec<Place>);

impl Places {
    fn new(quantized: &QuantizedGraph) -> Self {
        let mut places = vec![Place::plain(""); quantized.quantities.len()];
        for port in &quantized.inputs {
            places[port.place] = Place::plain(&port.signal);
        }
        Self(places)
    }
}

fn layer_text(
    text: &mut String,
    quantized: &QuantizedGraph,
    layer: &Layer,
    places: &mut Places,
    is_fixed: bool,
) {
    let name = &layer.name;
    let output = &quantized.quantities[layer.output];
    let input_shape = &quantized.quantities[layer.inputs[0]].shape;
    let _ = writeln!(text, "\n    // {name}: {} {}", layer.operator, described(quantized, layer.output));
    let source = places.0[layer.inputs[0]].clone();
    let template = layer.kernel.template(is_fixed).unwrap_or_default();
    match &layer.kernel {
        Kernel::Wiring { permutation, .. } => {
            let _ = writeln!(text, "    signal {name}{};", axes(&output.shape));
            let target = Place::plain(name);
            match permutation {
                None => text.push_str(&reshape(&target, &output.shape, &source, input_shape)),
                Some(permutation) => {
                    let names = index_names(output.shape.len());
                    let mut from = vec![String::new(); names.len()];
                    for (position, axis) in permutation.iter().enumerate() {
                        from[*axis].clone_from(&names[position]);
                    }
                    let body = format!("{} <== {};", target.at(&names), source.at(&from));
                    text.push_str(&loops(&output.shape, &[body], 1));
                }
            }
            places.0[layer.output] = target;
        }
        Kernel::Relu { .. }
        | Kernel::ReluRescale { .. }
        | Kernel::Add { .. }
        | Kernel::Mul
        | Kernel::Range { .. } => {
            let _ = writeln!(text, "    component {name}{};", axes(&output.shape));
            let names = index_names(output.shape.len());
            let element = Place::plain(name).at(&names);
            let mut body =
                vec![format!("{element} = {template}({});", arguments(layer, input_shape).join(", "))];
            if layer.inputs.len() == 1 {
                body.push(format!("{element}.in <== {};", source.at(&names)));
            } else {
                for (position, input) in layer.inputs.iter().enumerate() {
                    body.push(format!("{element}.in[{position}] <== {};", places.0[*input].at(&names)));
                }
            }
            text.push_str(&loops(&output.shape, &body, 1));
            places.0[layer.output] = match layer.kernel {
                // A check has no output: what was checked is read.
                Kernel::Range { .. } => source,
                _ => Place { prefix: name.clone(), suffix: ".out", is_scalar: false },
            };
        }
        _ => {
            let mut arguments = arguments(layer, input_shape);
            let parameters = parameter_arrays(quantized, layer);
            if is_fixed {
                arguments.extend(parameters.iter().map(|(name, _, _)| format!("{name}()")));
            }
            let _ = writeln!(text, "    component {name} = {template}({});", arguments.join(", "));
            text.push_str(&copy(&Place::plain(&format!("{name}.in")), &source, input_shape, 1));
            if !is_fixed {
                for (signal, _, _) in parameters {
                    let part = signal.strip_prefix(&format!("{name}_")).unwrap_or_default().to_owned();
                    let _ = writeln!(text, "    {name}.{part} <== {signal};");
                }
            }
            let is_scalar = matches!(layer.kernel, Kernel::ArgMax { .. });
            places.0[layer.output] = Place { prefix: format!("{name}.out"), suffix: "", is_scalar };
        }
    }
}

/// Returns the template's parameters, without the arrays.
fn arguments(layer: &Layer, input: &[usize]) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let mut push = |values: &[usize]| list.extend(values.iter().map(usize::to_string));
    match &layer.kernel {
        Kernel::Dense(parameters) => push(&[input[0], parameters.bias.len()]),
        Kernel::Conv2D { geometry, .. } => {
            push(input);
            push(&[geometry.kernel[0], geometry.kernel[2], geometry.kernel[3]]);
            push(&geometry.strides);
            push(&geometry.dilations);
            push(&geometry.pads);
            push(&[geometry.groups]);
        }
        Kernel::SumPool2D(window) | Kernel::MaxPool2D { window, .. } => {
            push(input);
            push(&window.kernel);
            push(&window.strides);
            push(&window.pads);
        }
        Kernel::ArgMax { .. } => push(input),
        _ => {}
    }
    match &layer.kernel {
        Kernel::MaxPool2D { n, .. } | Kernel::Relu { n } | Kernel::ArgMax { n } => list.push(n.to_string()),
        Kernel::ReluRescale { n, k } => list.extend([n.to_string(), k.to_string()]),
        Kernel::Add { a, b } => list.extend([a.to_string(), b.to_string()]),
        Kernel::Range { low, high } => list.extend([low.to_string(), high.to_string()]),
        _ => {}
    }
    list
}

/// Returns shape, scale and range of a quantity.
fn described(quantized: &QuantizedGraph, place: usize) -> String {
    let quantity = &quantized.quantities[place];
    let Interval { low, high } = Interval::hull(&quantity.intervals);
    let shape: Vec<String> = quantity.shape.iter().map(usize::to_string).collect();
    format!("{}, scale {}, in [{low}, {high}]", shape.join("x"), scale_text(&quantity.scale))
}

fn axes(shape: &[usize]) -> String {
    bracketed(shape)
}

/// Returns `[a][b]`.
fn bracketed(items: &[impl Display]) -> String {
    items.iter().fold(String::new(), |mut text, item| {
        // Writing to a string does not fail.
        let _ = write!(text, "[{item}]");
        text
    })
}

fn index_names(rank: usize) -> Vec<String> {
    ["i", "j", "k", "l"].into_iter().cycle().take(rank).map(str::to_owned).collect()
}

/// Copies one array to another of the same shape.
fn copy(target: &Place, source: &Place, shape: &[usize], depth: usize) -> String {
    if source.suffix.is_empty() {
        return format!("{}{} <== {};\n", "    ".repeat(depth), target.prefix, source.prefix);
    }
    let names = index_names(shape.len());
    loops(shape, &[format!("{} <== {};", target.at(&names), source.at(&names))], depth)
}

/// Copies an array to one of another shape, in the order of the elements.
fn reshape(target: &Place, to: &[usize], source: &Place, from: &[usize]) -> String {
    let count: usize = to.iter().product();
    let indices = |shape: &[usize]| {
        let mut below: usize = shape.iter().product();
        let mut list = Vec::new();
        for (axis, length) in shape.iter().enumerate() {
            below /= length;
            list.push(match (axis, below, *length) {
                (_, _, 1) => "0".to_owned(),
                (0, 1, _) => "i".to_owned(),
                (0, below, _) => format!("i \\ {below}"),
                (_, 1, length) => format!("i % {length}"),
                (_, below, length) => format!("i \\ {below} % {length}"),
            });
        }
        list
    };
    loops(&[count], &[format!("{} <== {};", target.at(&indices(to)), source.at(&indices(from)))], 1)
}

/// Wraps statements in a loop over each axis.
fn loops(shape: &[usize], body: &[String], depth: usize) -> String {
    let mut text = String::new();
    let names = index_names(shape.len());
    for (level, (name, length)) in names.iter().zip(shape).enumerate() {
        let indent = "    ".repeat(depth + level);
        let _ = writeln!(text, "{indent}for (var {name} = 0; {name} < {length}; {name}++) {{");
    }
    for statement in body {
        let _ = writeln!(text, "{}{statement}", "    ".repeat(depth + shape.len()));
    }
    for level in (0..shape.len()).rev() {
        let _ = writeln!(text, "{}}}", "    ".repeat(depth + level));
    }
    text
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
