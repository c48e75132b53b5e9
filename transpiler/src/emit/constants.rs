//! The constants of a circuit: parameters, each distinct one once, and the tables of functions.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use num_bigint::BigInt;
use serde_json::{Map, Value};

use super::{comment, literal, nested};
use crate::error::Result;
use crate::interval::Interval;
use crate::kernel::{Kernel, Parameters};
use crate::quantize::{Layer, QuantizedGraph, signed};

/// An array of integers with its shape.
type Array = (Vec<usize>, Arc<[BigInt]>);

/// A tensor of parameters that is an input of the circuit.
pub(super) struct Parameter<'c> {
    pub(super) name: &'c str,
    pub(super) shape: &'c [usize],
    /// Where its values lie.
    pub(super) hull: Interval,
}

/// Parameters and tables by name, in the order in which layers first use them.
#[derive(Default)]
pub(super) struct Constants {
    parameters: Vec<(String, Array, Interval)>,
    tables: Vec<(String, Array)>,
    /// The name of each part of each layer.
    names: HashMap<(String, &'static str), String>,
}

impl Constants {
    pub(super) fn of(quantized: &QuantizedGraph) -> Self {
        let mut constants = Self::default();
        let mut known: HashMap<Array, String> = HashMap::new();
        for layer in &quantized.layers {
            let is_table = matches!(layer.kernel, Kernel::PiecewiseLinear(_));
            for (at, (part, array)) in arrays(quantized, layer).into_iter().enumerate() {
                // Nothing reads a tensor without values.
                if array.1.is_empty() {
                    continue;
                }
                // Parameters that are equal in this model may differ in another.
                let is_shared = is_table || layer.widths.is_none();
                if let Some(name) = known.get(&array).filter(|_| is_shared) {
                    constants.names.insert((layer.name.clone(), part), name.clone());
                    continue;
                }
                // No layer is called like a part of another. A tensor of parameters is no component, so that it may have its
                // layer's name.
                let name =
                    if part.is_empty() { layer.name.clone() } else { format!("{}_{part}", layer.name) };
                constants.names.insert((layer.name.clone(), part), name.clone());
                if is_shared {
                    known.insert(array.clone(), name.clone());
                }
                if is_table {
                    constants.tables.push((name, array));
                } else {
                    let bits = layer.widths.as_ref().and_then(|widths| widths.parameters.get(at));
                    let hull = bits.map_or_else(|| Interval::of_values(&array.1), |bits| signed(*bits));
                    constants.parameters.push((name, array, hull));
                }
            }
        }
        constants
    }

    /// Returns the names of a layer's constants, by their part in the template.
    pub(super) fn names(&self, layer: &Layer) -> Vec<(&'static str, &str)> {
        let part = |part: &&'static str| {
            let name = self.names.get(&(layer.name.clone(), *part))?;
            Some((*part, name.as_str()))
        };
        PARTS.iter().filter_map(part).collect()
    }

    /// Returns the parameters.
    pub(super) fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.parameters.iter().map(|(name, (shape, _), hull)| Parameter { name, shape, hull: hull.clone() })
    }

    pub(super) fn has_tables(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Returns the parameters as inputs of the circuit.
    pub(super) fn weights(&self) -> Map<String, Value> {
        let entry = |(name, (shape, values), _): &(String, Array, _)| (name.clone(), nested(shape, values));
        self.parameters.iter().map(entry).collect()
    }

    pub(super) fn parameters_text(&self) -> Result<String> {
        let parameters = self.parameters.iter().map(|(name, array, _)| (name, array));
        functions("The parameters of the model, scaled to integers.", parameters)
    }

    pub(super) fn tables_text(&self) -> Result<String> {
        functions(
            "The tables of functions: values where pieces begin, and slopes.",
            self.tables.iter().map(|(name, array)| (name, array)),
        )
    }
}

/// The parts of layers that are constants, in the templates' order.
const PARTS: [&str; 5] = ["", "values", "slopes", "weights", "bias"];

fn functions<'a>(title: &str, arrays: impl Iterator<Item = (&'a String, &'a Array)>) -> Result<String> {
    let mut text = String::from("pragma circom 2.1.0;\n\n");
    comment(&mut text, 0, title)?;
    for (name, (shape, values)) in arrays {
        let value = literal(&nested(shape, values));
        // Writing to a string does not fail.
        let _ = write!(text, "\nfunction {name}() {{\n    return {value};\n}}\n");
    }
    Ok(text)
}

/// Returns the constants of a layer, by their part in the template.
fn arrays(quantized: &QuantizedGraph, layer: &Layer) -> Vec<(&'static str, Array)> {
    let list = |shape: Vec<usize>, values: &[BigInt]| (shape, Arc::from(values));
    match &layer.kernel {
        Kernel::Parameter(values) => {
            vec![("", list(quantized.quantities[layer.output].shape.clone(), values))]
        }
        Kernel::PiecewiseLinear(table) => {
            let count = vec![table.values.len()];
            vec![
                ("values", (count.clone(), Arc::clone(&table.values))),
                ("slopes", (count, Arc::clone(&table.slopes))),
            ]
        }
        kernel => {
            let Some(Parameters { weights, bias }) = kernel.parameters() else {
                return Vec::new();
            };
            let shape = match kernel {
                Kernel::Conv2D { geometry, .. } => geometry.kernel.to_vec(),
                _ => vec![bias.len(), weights.len() / bias.len()],
            };
            vec![("weights", list(shape, weights)), ("bias", list(vec![bias.len()], bias))]
        }
    }
}
