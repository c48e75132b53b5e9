//! ONNX's backend node tests: float model, integer model and witness of every operator that is supported.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ndarray::{ArrayD, IxDyn};
use num_bigint::BigInt;
use serde::Deserialize;
use tensorproof_circom::{Inputs, Options, Sources, compile};
use tensorproof_oracles::{expect_success, python};
use tensorproof_r1cs::fr_from_bigint;
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, ParamsVisibility, Power, QuantizeConfig, Sample, ScaleChoice,
};
use tensorproof_transpiler::{Graph, QuantizedGraph, emit, load, passes, quantize};

/// Most constraints of a circuit whose witness is computed.
const MOST_CONSTRAINTS: usize = 80_000;
/// Largest difference from the expected values, relative to the largest of them, where the scale is 10^4.
const TOLERANCE: f64 = 0.02;

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

fn close(actual: &[f64], expected: &[f64], tolerance: f64) -> Result<(), String> {
    if actual.len() != expected.len() {
        return Err(format!("{} values, expected {}", actual.len(), expected.len()));
    }
    let largest = expected.iter().fold(1.0, |largest: f64, value| largest.max(value.abs()));
    let error = actual.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    if error <= tolerance * largest { Ok(()) } else { Err(format!("differs by {error:.1e}")) }
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
    let config = QuantizeConfig {
        scale: ScaleChoice::Power(Power::of_ten(4)),
        tolerance: 0.05,
        input_range: None,
        input: InputVisibility::Public,
        params: ParamsVisibility::Private,
        input_check: InputCheck::Verifier,
        public_signals: tensorproof_transpiler::quantize::PublicSignals::Plain,
        output: OutputKind::Raw,
    };
    let quantized =
        quantize(&graph, &config, std::slice::from_ref(&sample)).map_err(|error| error.to_string())?;
    let integers = quantized.eval(&sample).map_err(|error| error.to_string())?;
    let floats = graph.eval(&sample);
    for (output, edge) in graph.outputs.iter().enumerate() {
        let place = quantized.outputs[output].place;
        let actual = quantized.dequantize(place, &integers[place]);
        close(&actual, &floats[edge.0].iter().copied().collect::<Vec<_>>(), TOLERANCE)
            .map_err(|error| format!("integer model: {error}"))?;
    }
    let cost = quantized.cost();
    if cost.quadratic + cost.linear > MOST_CONSTRAINTS {
        return Err(format!("{} constraints, more than are tried", cost.quadratic + cost.linear));
    }
    check_witness(&quantized, &sample, &integers)
}

fn check_witness(
    quantized: &QuantizedGraph,
    sample: &Sample,
    integers: &[Vec<BigInt>],
) -> Result<(), String> {
    let program = emit(quantized);
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &program.files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let sources = Sources::from_path(&folder.path().join("circuit.circom"));
    let circuit = compile(sources, Options::default()).map_err(|problems| problems.render(false))?;
    let counts = circuit.r1cs.counts();
    let cost = quantized.cost();
    // Products with constants become linear, and an output that is wired to an input takes a constraint.
    let outputs = circuit.r1cs.public_outputs as usize;
    if counts.quadratic > cost.quadratic
        || counts.quadratic + counts.linear > cost.quadratic + cost.linear + outputs
    {
        return Err(format!("{counts:?}, expected at most {cost:?}"));
    }
    let mut inputs: Inputs = BTreeMap::new();
    for (name, value) in program.weights.as_object().unwrap() {
        let mut values = Vec::new();
        collect(value, &mut values);
        inputs.insert(name.clone(), values.iter().map(fr_from_bigint).collect());
    }
    for (port, values) in quantized.inputs.iter().zip(quantized.quantize_sample(sample).unwrap()) {
        inputs.insert(port.signal.clone(), values.iter().map(fr_from_bigint).collect());
    }
    let witness = circuit.witness(&inputs).map_err(|error| error.to_string())?;
    let expected: Vec<_> =
        quantized.outputs.iter().flat_map(|port| integers[port.place].iter().map(fr_from_bigint)).collect();
    let outputs = &witness.0[1..=circuit.r1cs.public_outputs as usize];
    if outputs == expected { Ok(()) } else { Err("the witness differs from the integer model".to_owned()) }
}

fn collect(value: &serde_json::Value, values: &mut Vec<BigInt>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, values)),
        number => values.push(number.as_str().unwrap().parse().unwrap()),
    }
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
         integer model's outputs.\n\n\
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
