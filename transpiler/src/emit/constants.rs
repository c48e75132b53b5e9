//! The constants of a circuit: parameters, each distinct one once, and the tables of functions.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One as _;
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
    /// The integer that stands for 1.
    pub(super) scale: &'c BigRational,
    /// Where its values lie.
    pub(super) hull: Interval,
}

/// A part of a layer: its name in the template, its integers, and their scale.
type Part = (&'static str, Array, BigRational);

/// A tensor of parameters: its name, its integers, their scale, and where they lie.
type Named = (String, Array, BigRational, Interval);

/// Parameters and tables by name, in the order in which layers first use them.
#[derive(Default)]
pub(super) struct Constants {
    parameters: Vec<Named>,
    tables: Vec<(String, Array)>,
    /// The name of each part of each layer.
    names: HashMap<(String, &'static str), String>,
}

impl Constants {
    pub(super) fn of(quantized: &QuantizedGraph) -> Self {
        let mut constants = Self::default();
        // A tensor has one scale: integers that are equal at another one are other numbers.
        let mut known: HashMap<(Array, BigRational), String> = HashMap::new();
        for layer in &quantized.layers {
            let is_table = matches!(layer.kernel, Kernel::PiecewiseLinear(_));
            for (at, (part, array, scale)) in arrays(quantized, layer).into_iter().enumerate() {
                // Nothing reads a tensor without values.
                if array.1.is_empty() {
                    continue;
                }
                // Parameters that are equal in this model may differ in another.
                let is_shared = is_table || layer.widths.is_none();
                let key = (array.clone(), scale.clone());
                if let Some(name) = known.get(&key).filter(|_| is_shared) {
                    constants.names.insert((layer.name.clone(), part), name.clone());
                    continue;
                }
                // No layer is called like a part of another. A tensor of parameters is no component, so that it may have its
                // layer's name.
                let name =
                    if part.is_empty() { layer.name.clone() } else { format!("{}_{part}", layer.name) };
                constants.names.insert((layer.name.clone(), part), name.clone());
                if is_shared {
                    known.insert(key, name.clone());
                }
                if is_table {
                    constants.tables.push((name, array));
                } else {
                    let bits = layer.widths.as_ref().and_then(|widths| widths.parameters.get(at));
                    let hull = bits.map_or_else(|| Interval::of_values(&array.1), |bits| signed(*bits));
                    constants.parameters.push((name, array, scale, hull));
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
        self.parameters.iter().map(|(name, (shape, _), scale, hull)| Parameter {
            name,
            shape,
            scale,
            hull: hull.clone(),
        })
    }

    pub(super) fn has_tables(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Returns the parameters as inputs of the circuit.
    pub(super) fn weights(&self) -> Map<String, Value> {
        let entry = |(name, (shape, values), ..): &Named| (name.clone(), nested(shape, values));
        self.parameters.iter().map(entry).collect()
    }

    pub(super) fn parameters_text(&self) -> Result<String> {
        let parameters = self.parameters.iter().map(|(name, array, ..)| (name, array));
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
fn arrays(quantized: &QuantizedGraph, layer: &Layer) -> Vec<Part> {
    let list = |shape: Vec<usize>, values: &[BigInt]| (shape, Arc::from(values));
    let scale = &quantized.quantities[layer.output].scale;
    match &layer.kernel {
        Kernel::Parameter(values) => {
            vec![("", list(quantized.quantities[layer.output].shape.clone(), values), scale.clone())]
        }
        Kernel::PiecewiseLinear(table) => {
            let count = vec![table.values.len()];
            vec![
                ("values", (count.clone(), Arc::clone(&table.values)), BigRational::one()),
                ("slopes", (count, Arc::clone(&table.slopes)), BigRational::one()),
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
            // A product has the scales of both factors.
            let of_weights = scale / &quantized.quantities[layer.inputs[0]].scale;
            vec![
                ("weights", list(shape, weights), of_weights),
                ("bias", list(vec![bias.len()], bias), scale.clone()),
            ]
        }
    }
}
