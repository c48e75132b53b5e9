//! ONNX's backend node tests: float model, integer model and witness of every operator that is supported.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ndarray::{ArrayD, IxDyn};
use serde::Deserialize;
use support::{check_witness, close, in_integers};
use tensorproof_oracles::{expect_success, python};
use tensorproof_transpiler::quantize::Sample;
use tensorproof_transpiler::{Graph, load, passes};

/// Most constraints of a circuit whose witness is computed.
const MOST_CONSTRAINTS: usize = 80_000;

#[derive(Deserialize)]
struct Case {
    name: String,
    operators: Vec<String>,
    models: Vec<CaseModel>,
    #[serde(default)]
    outputs: Vec<Tensor>,
    why: Option<String>,
}

#[derive(Deserialize)]
struct CaseModel {
    path: String,
    inputs: Vec<Tensor>,
}

#[derive(Deserialize)]
struct Tensor {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Tensor {
    fn array(&self) -> ArrayD<f64> {
        ArrayD::from_shape_vec(IxDyn(&self.shape), self.values.clone()).unwrap()
    }
}

/// Checks one model; says what went wrong.
fn check(folder: &Path, model: &CaseModel, outputs: &[Tensor]) -> Result<(), String> {
    let mut graph = load(&folder.join(&model.path))
        .and_then(|model| Graph::build(&model))
        .map_err(|error| error.to_string())?;
    let sample: Sample = model.inputs.iter().map(Tensor::array).collect();
    let values = graph.eval(&sample);
    for (edge, expected) in graph.outputs.iter().zip(outputs) {
        let actual = &values[edge.0];
        if actual.shape() != expected.shape {
            return Err(format!("shape {:?}, expected {:?}", actual.shape(), expected.shape));
        }
        close(&actual.iter().copied().collect::<Vec<_>>(), &expected.values, 1e-3)
            .map_err(|error| format!("float model: {error}"))?;
    }
    passes::simplify(&mut graph);
    let (quantized, integers) = in_integers(&graph, &sample)?;
    let cost = quantized.cost();
    if cost.quadratic + cost.linear > MOST_CONSTRAINTS {
        return Err(format!("{} constraints, more than are tried", cost.quadratic + cost.linear));
    }
    check_witness(&quantized, &sample, &integers)
}

/// Returns how a case went: proven with all inputs, with constant weights, or why not.
fn outcome(folder: &Path, case: &Case) -> Result<&'static str, String> {
    if let Some(why) = &case.why {
        return Err(why.clone());
    }
    let mut told = None;
    for model in case.models.iter().rev() {
        let result = catch_unwind(AssertUnwindSafe(|| check(folder, model, &case.outputs)))
            .unwrap_or_else(|_| Err("PANIC".to_owned()));
        match result {
            Ok(()) if model.path.ends_with("_all.onnx") || case.models.len() == 1 => return Ok("proven"),
            Ok(()) => return Ok("proven with constants behind the first input"),
            Err(why) => told = Some(why),
        }
    }
    Err(told.unwrap_or_default())
}

#[test]
fn onnx_backend_tests_are_proven() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backend/generate.py");
    expect_success(&python(&script, [folder.path()], folder.path()));
    let cases: Vec<Case> =
        serde_json::from_str(&fs::read_to_string(folder.path().join("index.json")).unwrap()).unwrap();
    let table = table(folder.path(), &cases);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("BACKEND.md");
    if std::env::var_os("TENSORPROOF_REGENERATE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == table, "BACKEND.md is not current: see its first line");
}

fn table(folder: &Path, cases: &[Case]) -> String {
    let mut proven: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut refused = String::new();
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0;
    let inside = format!("{}/", folder.display());
    for case in cases {
        match outcome(folder, case) {
            Ok(how) => {
                count += 1;
                for operator in &case.operators {
                    proven.entry(operator).or_default()[usize::from(how != "proven")] += 1;
                }
            }
            Err(why) if why.contains("`tensorproof ops` lists what is") => {
                let operator = why.split(['(', ')']).nth(1).unwrap_or_default().to_owned();
                *missing.entry(operator).or_default() += 1;
            }
            Err(why) => {
                let why = why.lines().next().unwrap_or_default().replace(&inside, "").replace('|', "\\|");
                writeln!(refused, "| {} | {why} |", case.name).unwrap();
            }
        }
    }
    let mut text = format!(
        "<!-- Generated: TENSORPROOF_REGENERATE=1 cargo nextest run -p tensorproof-transpiler onnx_backend -->\n\n\
         # ONNX's backend node tests\n\n\
         {count} of the {} cases that PyPI's onnx 1.18 generates are proven: the float model computes what the case expects \
         to 0.1 %, the integer model at scale 10^4 is within 2 % of the largest value, and the witness of the circuit has the \
         integer model's outputs. The expectations of test_attention_3d* lack a transposition (onnx issue 7118), and those of \
         test_qlinearmatmul_*_int8_* wrap around where the operator saturates.\n\n\
         ## Cases proven, by operator\n\n\
         | operator | cases | with constants behind the first input |\n|---|---|---|\n",
        cases.len()
    );
    for (operator, [all, first]) in proven {
        writeln!(text, "| {operator} | {} | {first} |", all + first).unwrap();
    }
    text.push_str("\n## Operators that are not supported\n\n| operator | cases |\n|---|---|\n");
    for (operator, count) in missing {
        writeln!(text, "| {operator} | {count} |").unwrap();
    }
    text.push_str("\n## Cases of supported operators that are not proven\n\n| case | why |\n|---|---|\n");
    text.push_str(&refused);
    text
}
