//! The values of layers are those of Keras.
//!
//! `tests/oracles/keras_layers.py` computes layers in 64-bit floating point, for numbers that fixed point holds exactly. So what is
//! linear must agree to the last digit, and what rounds within the bound of its row.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../harness/layout.rs"]
mod layout;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::{Number, circuit, solve};
use layout::places;
use num_bigint::BigInt;
use rows::{ROWS, Row};
use serde::Deserialize;
use tensorproof_circom::Level;
use tensorproof_oracles::{expect_success, python};
use tensorproof_r1cs::{Witness, fr_to_signed};

/// Templates that are no layers: they compare classes with labels.
const NO_LAYERS: [&str; 2] = ["accuracy", "accuracy_at_least"];

/// What is more than one component.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "Adapted",
        "include \"tensorproof/nn/dense.circom\";
        template Adapted() {
            signal input in[5];
            signal input weights[3][5];
            signal input bias[3];
            signal input a[2][5];
            signal input b[3][2];
            signal base[3] <== Dense(5, 3)(in, weights, bias);
            signal output out[3] <== LoRA(5, 3, 2, 100, 2)(in, base, a, b);
        }",
    ),
    (
        "Product",
        "template Product() {
            signal input a;
            signal input b;
            signal output out <== Mul()([a, b]);
        }",
    ),
    (
        "Total",
        "template Total(x, y) {
            signal input a;
            signal input b;
            signal output out <== Sum(2, [x, y], 0)([a, b]);
        }",
    ),
];

/// What the script prints of a layer.
#[derive(Deserialize)]
struct Layer {
    #[serde(rename = "layer")]
    name: String,
    arrays: BTreeMap<String, Floats>,
    out: Floats,
}

#[derive(Deserialize)]
struct Floats {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Floats {
    /// The lengths of its axes in another order, and the values.
    fn permuted(&self, axes: &[usize]) -> (Vec<usize>, Vec<f64>) {
        if axes.is_empty() {
            return (self.shape.clone(), self.values.clone());
        }
        let values: Vec<f64> =
            places(&self.shape, axes).into_iter().map(|place| self.values[place]).collect();
        assert_eq!(values.len(), self.values.len());
        (axes.iter().map(|axis| self.shape[*axis]).collect(), values)
    }
}

/// Returns the nearest integers to scaled values.
fn scaled(values: &[f64], scale: f64) -> Vec<String> {
    values.iter().map(|value| format!("{:.0}", value * scale)).collect()
}

/// Returns an array as circom writes it.
fn literal(shape: &[usize], values: &[String]) -> String {
    let Some((length, inner)) = shape.split_first() else {
        return values[0].clone();
    };
    let items: Vec<_> = values.chunks(values.len() / length).map(|values| literal(inner, values)).collect();
    format!("[{}]", items.join(", "))
}

fn check(row: &Row, layer: &Layer) {
    let context = format!("{} by {}", row.layer, row.main);
    let names: BTreeSet<_> = row.arrays.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, layer.arrays.keys().map(String::as_str).collect(), "{context}");
    let mut main = row.main.to_owned();
    let mut inputs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, signal, scale, axes) in row.arrays {
        let (shape, values) = layer.arrays[*name].permuted(axes);
        let integers = scaled(&values, *scale);
        let place = format!("${signal}");
        if main.contains(&place) {
            main = main.replace(&place, &literal(&shape, &integers));
        } else {
            inputs.insert((*signal).to_owned(), integers);
        }
    }
    let mut text = format!("pragma circom 2.1.0;\ninclude \"tensorproof/nn/{}.circom\";\n", row.file);
    for (_, template) in TEMPLATES.iter().filter(|(name, _)| main.starts_with(&format!("{name}("))) {
        text.push_str(template);
    }
    let circuit = circuit(&format!("{text}\ncomponent main = {main};\n"), Level::O1);

    // A template of one value is run for each.
    let sizes: BTreeMap<String, usize> =
        circuit.inputs().into_iter().map(|port| (port.name.clone(), port.len())).collect();
    let runs: BTreeSet<usize> = inputs.iter().map(|(name, values)| values.len() / sizes[name]).collect();
    assert_eq!(runs.len(), 1, "{context}");
    let count = circuit.r1cs.public_outputs as usize;
    let mut found = Vec::new();
    for run in 0..*runs.first().unwrap() {
        let part = |(name, values): (&String, &Vec<String>)| {
            let values = values.chunks(sizes[name]).nth(run).unwrap();
            (name.clone(), values.iter().cloned().map(Number::Large).collect())
        };
        let witness: Witness = solve(&circuit, &inputs.iter().map(part).collect())
            .unwrap_or_else(|| panic!("{context}: no witness"));
        circuit.r1cs.check(&witness).unwrap();
        found.extend(witness.0[1..=count].iter().map(fr_to_signed));
    }

    let (scale, axes) = row.out;
    let (_, expected) = layer.out.permuted(axes);
    assert_eq!(found.len(), expected.len(), "{context}");
    let real = |integer: &BigInt| integer.to_string().parse::<f64>().unwrap() / scale;
    for (found, expected) in found.iter().map(real).zip(expected) {
        let error = (found - expected).abs();
        assert!(error <= row.error, "{context}: {found}, Keras has {expected}");
    }
}

#[test]
fn layers_agree_with_keras() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/keras_layers.py");
    let printed = expect_success(&python(&script, [""; 0], folder.path()));
    let layers: Vec<Layer> = serde_json::from_str(&printed).unwrap();
    for row in ROWS {
        let layer = layers.iter().find(|layer| layer.name == row.layer);
        check(row, layer.unwrap_or_else(|| panic!("the script does not print `{}`", row.layer)));
    }
    let used: BTreeSet<_> = ROWS.iter().map(|row| row.layer).collect();
    assert_eq!(used, layers.iter().map(|layer| layer.name.as_str()).collect());
}

#[test]
fn every_layer_of_the_library_has_a_row() {
    let library: BTreeSet<_> = tensorproof_templates::FILES
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("tensorproof/nn/")?.strip_suffix(".circom"))
        .filter(|file| !NO_LAYERS.contains(file))
        .collect();
    assert_eq!(library, ROWS.iter().map(|row| row.file).collect());
}
