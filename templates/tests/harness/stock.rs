//! Stock circom beside ours: programs compiled in a folder, and witnesses of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;
use tensorproof_oracles::{circom, expect_success, node};
use tensorproof_r1cs::{Fr, Witness, fr_from_decimal, fr_to_decimal};

use super::Number;

/// Computes witnesses in one process: reads `[[name, inputs], ..]` and writes the values of each witness.
const DRIVER: &str = r"
const fs = require('fs');
const path = require('path');
(async () => {
    const results = [];
    for (const [name, inputs] of JSON.parse(fs.readFileSync('jobs.json', 'utf8'))) {
        const folder = path.resolve(name + '_js');
        const make = require(path.join(folder, 'witness_calculator.js'));
        const calculator = await make(fs.readFileSync(path.join(folder, name + '.wasm')));
        results.push((await calculator.calculateWitness(inputs, 1)).map(String));
    }
    fs.writeFileSync('results.json', JSON.stringify(results));
})();
";

/// Compiles `folder/name.circom` with its program for witnesses; returns what stock circom tells.
pub(crate) fn compile(folder: &Path, name: &str) -> String {
    let file = format!("{name}.circom");
    expect_success(&circom([file.as_str(), "--O1", "--r1cs", "--wasm", "-o", "."], folder))
}

/// Returns the witness of each compiled program with its inputs.
pub(crate) fn witnesses(folder: &Path, jobs: &[(String, &BTreeMap<String, Vec<Number>>)]) -> Vec<Witness> {
    let text = |values: &Vec<Number>| -> Vec<String> {
        values.iter().map(|value| fr_to_decimal(&value.field())).collect()
    };
    let jobs: Vec<_> = jobs
        .iter()
        .map(|(name, inputs)| {
            let inputs: BTreeMap<_, _> = inputs.iter().map(|(port, values)| (port, text(values))).collect();
            json!([name, inputs])
        })
        .collect();
    fs::write(folder.join("jobs.json"), serde_json::Value::from(jobs).to_string()).unwrap();
    fs::write(folder.join("driver.js"), DRIVER).unwrap();
    expect_success(&node(&folder.join("driver.js"), [""; 0], folder));
    let results: Vec<Vec<String>> =
        serde_json::from_str(&fs::read_to_string(folder.join("results.json")).unwrap()).unwrap();
    let fields = |values: Vec<String>| -> Vec<Fr> {
        values.iter().map(|value| fr_from_decimal(value).unwrap()).collect()
    };
    results.into_iter().map(|values| Witness(fields(values))).collect()
}
