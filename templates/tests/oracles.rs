//! The values of cryptographic templates are those of circomlibjs.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod harness;

use std::collections::BTreeMap;
use std::path::Path;

use harness::{Number, circuit, solve};
use serde::Deserialize;
use tensorproof_circom::{Circuit, Level};
use tensorproof_oracles::{expect_success, node, package};

/// What a script of `tests/oracles` prints for an instance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    template: String,
    main: String,
    #[serde(rename = "in")]
    inputs: BTreeMap<String, Vec<Number>>,
    out: BTreeMap<String, Vec<Number>>,
}

/// Compares the outputs of circuits with those that a script computes.
fn check(script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles").join(script);
    // node looks for packages from the folder of a script upwards.
    let prelude = format!("module.paths.push('{}');\n", package("circomlibjs").parent().unwrap().display());
    let path = folder.path().join(script);
    std::fs::write(&path, prelude + &std::fs::read_to_string(text).unwrap()).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&expect_success(&node(&path, [""; 0], folder.path()))).unwrap();
    let mut circuits: BTreeMap<String, Circuit> = BTreeMap::new();
    for Row { template, main, inputs, out } in &rows {
        let program =
            format!("pragma circom 2.1.0;\ninclude \"tensorproof/{template}\";\ncomponent main = {main};\n");
        let circuit = circuits.entry(main.clone()).or_insert_with(|| circuit(&program, Level::O1));
        let witness = solve(circuit, inputs).unwrap_or_else(|| panic!("{main} {inputs:?}: no witness"));
        circuit.r1cs.check(&witness).unwrap();
        for port in circuit.outputs() {
            let expected: Vec<_> = out[&port.name].iter().map(Number::field).collect();
            let first = port.first.index();
            assert_eq!(witness.0[first..first + port.len()], expected, "{main} {inputs:?}");
        }
    }
}

#[test]
fn poseidon_agrees_with_circomlibjs() {
    check("poseidon.js");
}

#[test]
fn baby_jubjub_agrees_with_circomlibjs() {
    check("babyjub.js");
}
