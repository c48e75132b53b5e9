//! One layer as components and assignments.

use std::fmt::Write as _;

use super::constants::Constants;
use super::place::{MOST_INDICES, Place, bracketed, copy, index_names, loops};
use super::wiring;
use super::{comment, described};
use crate::error::Result;
use crate::kernel::Kernel;
use crate::quantize::{Layer, QuantizedGraph};

/// Appends a layer's statements and returns where its output is.
pub(super) fn text(
    text: &mut String,
    quantized: &QuantizedGraph,
    constants: &Constants,
    layer: &Layer,
    places: &[Place],
    is_fixed: bool,
) -> Result<Place> {
    let name = &layer.name;
    let shape = &quantized.quantities[layer.output].shape;
    text.push('\n');
    let described = described(quantized, layer.output);
    comment(text, 4, &format!("{name}: {} {described}", layer.operator))?;
    let inputs: Vec<&Place> = layer.inputs.iter().map(|input| &places[*input]).collect();
    if shape.contains(&0) {
        return Ok(Place::plain(name, shape));
    }
    Ok(match &layer.kernel {
        Kernel::Parameter(_) => {
            let signal = constants.names(layer).first().map_or("", |(_, name)| name).to_owned();
            if !is_fixed {
                return Ok(Place::plain(&signal, shape));
            }
            let _ = writeln!(text, "    var {name}_[{}] = {signal}();", dimensions(shape));
            Place::plain(&format!("{name}_"), shape)
        }
        Kernel::Wiring { sources, order } => {
            let _ = writeln!(text, "    signal {name}{};", bracketed(shape));
            let target = Place::plain(name, shape);
            text.push_str(&wiring::text(name, &target, &inputs, sources, order));
            target
        }
        kernel if kernel.is_elementwise() => elementwise(text, quantized, constants, layer, &inputs),
        _ => blocks(text, quantized, constants, layer, &inputs, is_fixed),
    })
}

fn dimensions(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("][")
}

/// A component for each element.
fn elementwise(
    text: &mut String,
    quantized: &QuantizedGraph,
    constants: &Constants,
    layer: &Layer,
    inputs: &[&Place],
) -> Place {
    let name = &layer.name;
    let mut shape = quantized.quantities[layer.output].shape.clone();
    let is_alike = shape.len() <= MOST_INDICES && inputs.iter().all(|input| input.lengths() == shape);
    if !is_alike {
        shape = vec![shape.iter().product()];
    }
    let mut arguments = arguments(layer, &[]);
    for (part, function) in constants.names(layer) {
        let _ = writeln!(text, "    var {name}_{part}[{}] = {function}();", table_length(layer));
        arguments.push(format!("{name}_{part}"));
    }
    let template = layer.kernel.template(false).unwrap_or_default();
    let names = index_names(shape.len());
    let element = Place::plain(name, &shape).at(&names);
    let _ = writeln!(text, "    component {name}{};", bracketed(&shape));
    let mut body = vec![format!("{element} = {template}({});", arguments.join(", "))];
    let takes_list = matches!(layer.kernel, Kernel::Sum { .. } | Kernel::Mul);
    for (position, input) in inputs.iter().enumerate() {
        let source = if is_alike { input.at(&names) } else { input.at_position("i") };
        let index = if takes_list { format!("[{position}]") } else { String::new() };
        body.push(format!("{element}.in{index} <== {source};"));
    }
    text.push_str(&loops(&shape, &body));
    match layer.kernel {
        // A check has no output: what was checked is read.
        Kernel::Range { .. } => inputs[0].clone(),
        _ => Place::port(name, &shape, ".out", &[]),
    }
}

fn table_length(layer: &Layer) -> usize {
    match &layer.kernel {
        Kernel::PiecewiseLinear(table) => table.values.len(),
        _ => 0,
    }
}

/// An input of a template and its shape.
type Port = (&'static str, Vec<usize>);

/// A component, or several side by side, for whole arrays.
fn blocks(
    text: &mut String,
    quantized: &QuantizedGraph,
    constants: &Constants,
    layer: &Layer,
    inputs: &[&Place],
    is_fixed: bool,
) -> Place {
    let name = &layer.name;
    let input = &quantized.quantities[layer.inputs[0]].shape;
    let output = &quantized.quantities[layer.output].shape;
    let (count, ports, out): (usize, Vec<Port>, Vec<usize>) = match &layer.kernel {
        Kernel::Dense(parameters) => {
            let units = parameters.bias.len();
            let width = parameters.weights.len() / units;
            (input.iter().product::<usize>() / width, vec![(".in", vec![width])], vec![units])
        }
        Kernel::MatMul(product) => {
            let (rows, inner, columns) = (product.rows, product.inner, product.columns);
            let ports = vec![(".a", vec![rows, inner]), (".b", vec![inner, columns])];
            (product.stack, ports, vec![rows, columns])
        }
        Kernel::ArgMax { rows, .. } => (rows.outputs(), vec![(".in", vec![rows.length])], Vec::new()),
        Kernel::OneHot { size } => (input.iter().product(), vec![(".in", Vec::new())], vec![*size]),
        Kernel::ReduceSum(rows) | Kernel::ReduceMax { rows, .. } => {
            let view = vec![rows.outer, rows.length, rows.inner];
            (1, vec![(".in", view)], vec![rows.outer, rows.inner])
        }
        _ => (1, vec![(".in", input.clone())], output.clone()),
    };
    let mut arguments = arguments(layer, input);
    let parameters = constants.names(layer);
    if is_fixed {
        arguments.extend(parameters.iter().map(|(_, function)| format!("{function}()")));
    }
    let template = layer.kernel.template(is_fixed).unwrap_or_default();
    let call = format!("{template}({})", arguments.join(", "));
    let outer: &[usize] = if count == 1 { &[] } else { &[count] };
    if count == 1 {
        let _ = writeln!(text, "    component {name} = {call};");
    } else {
        let _ = writeln!(text, "    component {name}[{count}];");
        text.push_str(&loops(&[count], &[format!("{name}[i] = {call};")]));
    }
    for ((port, shape), source) in ports.iter().zip(inputs) {
        text.push_str(&copy(&Place::port(name, outer, port, shape), source));
    }
    if !is_fixed {
        let index = if count == 1 { "" } else { "[i]" };
        let body: Vec<String> =
            parameters.iter().map(|(part, signal)| format!("{name}{index}.{part} <== {signal};")).collect();
        if count == 1 {
            for line in body {
                let _ = writeln!(text, "    {line}");
            }
        } else if !body.is_empty() {
            text.push_str(&loops(&[count], &body));
        }
    }
    Place::port(name, outer, ".out", &out)
}

/// Returns the template's parameters, without those that are arrays of the model's.
fn arguments(layer: &Layer, input: &[usize]) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let mut push = |values: &[usize]| list.extend(values.iter().map(usize::to_string));
    match &layer.kernel {
        Kernel::Dense(parameters) => {
            let units = parameters.bias.len();
            push(&[parameters.weights.len() / units, units]);
        }
        Kernel::Conv2D { geometry, tile, .. } => {
            push(input);
            push(&[geometry.kernel[0], geometry.kernel[2], geometry.kernel[3]]);
            if tile.is_none() {
                push(&geometry.strides);
                push(&geometry.dilations);
            }
            push(&geometry.pads);
            push(&[geometry.groups]);
            push(tile.as_ref().map_or(&[], |tile| tile.as_slice()));
        }
        Kernel::SumPool2D(window) | Kernel::MaxPool2D { window, .. } => {
            push(input);
            push(&window.kernel);
            push(&window.strides);
            push(&window.pads);
        }
        Kernel::ReduceSum(rows) | Kernel::ReduceMax { rows, .. } => {
            push(&[rows.outer, rows.length, rows.inner]);
        }
        Kernel::ArgMax { rows, .. } => push(&[rows.length]),
        Kernel::OneHot { size } => push(&[*size]),
        Kernel::MatMul(product) => push(&[product.rows, product.inner, product.columns]),
        _ => {}
    }
    let mut push = |values: &[&dyn std::fmt::Display]| list.extend(values.iter().map(ToString::to_string));
    match &layer.kernel {
        Kernel::MaxPool2D { n, .. }
        | Kernel::ReduceMax { n, .. }
        | Kernel::ArgMax { n, .. }
        | Kernel::Relu { n }
        | Kernel::IsNonNegative { n } => push(&[n]),
        Kernel::ReluRescale { n, k } | Kernel::Rescale { n, k } => push(&[n, k]),
        Kernel::Clamp { n, m } => push(&[n, m]),
        Kernel::FloorDivide { n, divisor } => push(&[n, divisor, &0]),
        Kernel::Reciprocal { numerator, n, m } => push(&[numerator, n, m]),
        Kernel::SquareRoot { factor, n } => push(&[factor, n]),
        Kernel::PiecewiseLinear(table) => push(&[&table.n, &table.d, &table.k]),
        Kernel::Range { low, high } => push(&[low, high]),
        Kernel::Sum { factors, constant } => {
            let factors: Vec<String> = factors.iter().map(ToString::to_string).collect();
            push(&[&factors.len(), &format!("[{}]", factors.join(", ")), constant]);
        }
        _ => {}
    }
    list
}
