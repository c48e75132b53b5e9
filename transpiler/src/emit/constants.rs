//! The constants of a circuit: parameters, each distinct one once, and the tables of functions.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use num_bigint::BigInt;
use serde_json::{Map, Value};

use super::{literal, nested};
use crate::kernel::{Kernel, Parameters};
use crate::quantize::{Layer, QuantizedGraph};

/// An array of integers with its shape.
type Array = (Vec<usize>, Arc<[BigInt]>);

/// Parameters and tables by name, in the order in which layers first use them.
#[derive(Default)]
pub(super) struct Constants {
    parameters: Vec<(String, Array)>,
    tables: Vec<(String, Array)>,
    names: HashMap<Array, String>,
}

impl Constants {
    pub(super) fn of(quantized: &QuantizedGraph) -> Self {
        let mut constants = Self::default();
        let mut taken: HashSet<String> = quantized.layers.iter().map(|layer| layer.name.clone()).collect();
        for layer in &quantized.layers {
            let is_table = matches!(layer.kernel, Kernel::PiecewiseLinear(_));
            for (part, array) in arrays(quantized, layer) {
                if constants.names.contains_key(&array) {
                    continue;
                }
                let mut name =
                    if part.is_empty() { layer.name.clone() } else { format!("{}_{part}", layer.name) };
                // A tensor of parameters is no component, so that it may have its layer's name.
                while !part.is_empty() && !taken.insert(name.clone()) {
                    name.push('_');
                }
                constants.names.insert(array.clone(), name.clone());
                let list = if is_table { &mut constants.tables } else { &mut constants.parameters };
                list.push((name, array));
            }
        }
        constants
    }

    /// Returns the names of a layer's constants, by their part in the template.
    pub(super) fn names(&self, quantized: &QuantizedGraph, layer: &Layer) -> Vec<(&'static str, &str)> {
        arrays(quantized, layer)
            .into_iter()
            .filter_map(|(part, array)| Some((part, self.names.get(&array)?.as_str())))
            .collect()
    }

    /// Returns names, shapes and values of the parameters.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&str, &[usize], &[BigInt])> {
        self.parameters.iter().map(|(name, (shape, values))| (name.as_str(), shape.as_slice(), &**values))
    }

    pub(super) fn has_tables(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Returns the parameters as inputs of the circuit.
    pub(super) fn weights(&self) -> Map<String, Value> {
        let entry = |(name, (shape, values)): &(String, Array)| (name.clone(), nested(shape, values));
        self.parameters.iter().map(entry).collect()
    }

    pub(super) fn parameters_text(&self) -> String {
        functions("The parameters of the model, scaled to integers.", &self.parameters)
    }

    pub(super) fn tables_text(&self) -> String {
        functions("The tables of functions: values where pieces begin, and slopes.", &self.tables)
    }
}

fn functions(title: &str, arrays: &[(String, Array)]) -> String {
    let mut text = format!("pragma circom 2.1.0;\n\n// {title}\n");
    for (name, (shape, values)) in arrays {
        let value = literal(&nested(shape, values));
        // Writing to a string does not fail.
        let _ = write!(text, "\nfunction {name}() {{\n    return {value};\n}}\n");
    }
    text
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
