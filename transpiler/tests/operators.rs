//! Each operator on small models: float model against onnxruntime, integer model against the float model, and the
//! circuit's witness against the integer model.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use num_bigint::BigInt;
use tensorproof_circom::{Inputs, Options, Sources, compile};
use tensorproof_r1cs::{fr_from_bigint, fr_from_decimal};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, ParamsVisibility, Power, QuantizeConfig, Sample, ScaleChoice,
};
use tensorproof_transpiler::{Graph, QuantizedGraph, emit, load, load_graph, quantize};

struct Case {
    path: PathBuf,
    inputs: Vec<ArrayD<f64>>,
    outputs: Vec<Vec<f64>>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "onnx"));
    paths.sort();
    assert!(paths.len() >= 20);
    paths.into_iter().map(read_case).collect()
}

fn read_case(path: PathBuf) -> Case {
    let text = fs::read_to_string(path.with_extension("json")).unwrap();
    let data: serde_json::Value = serde_json::from_str(&text).unwrap();
    let graph = Graph::build(&load(&path).unwrap()).unwrap();
    let shape = &graph.edges[graph.inputs[0].0].shape;
    let rows = |key: &str| -> Vec<Vec<f64>> { data[key].as_array().unwrap().iter().map(flat).collect() };
    let array = |values| ArrayD::from_shape_vec(shape.clone(), values).unwrap();
    Case { inputs: rows("inputs").into_iter().map(array).collect(), outputs: rows("outputs"), path }
}

fn flat(value: &serde_json::Value) -> Vec<f64> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn config(params: ParamsVisibility, input_check: InputCheck, exponent: u32) -> QuantizeConfig {
    QuantizeConfig {
        scale: ScaleChoice::Power(Power::of_ten(exponent)),
        tolerance: 0.05,
        input_range: Some((-1.0, 1.0)),
        input: match input_check {
            InputCheck::Circuit => InputVisibility::Private,
            InputCheck::Verifier => InputVisibility::Public,
        },
        params,
        input_check,
        public_signals: tensorproof_transpiler::quantize::PublicSignals::Plain,
        output: OutputKind::Auto,
    }
}

#[test]
fn float_model_computes_what_onnxruntime_computes() {
    for case in cases() {
        let graph = Graph::build(&load(&case.path).unwrap()).unwrap();
        for (input, expected) in case.inputs.iter().zip(&case.outputs) {
            let values = graph.eval(std::slice::from_ref(input));
            let actual = &values[graph.outputs[0].0];
            assert_eq!(actual.len(), expected.len(), "{}", case.path.display());
            for (actual, expected) in actual.iter().zip(expected) {
                assert!((actual - expected).abs() < 1e-5, "{}: {actual}, {expected}", case.path.display());
            }
        }
    }
}

#[test]
fn integer_model_is_close_to_the_float_model() {
    for case in cases() {
        let graph = load_graph(&case.path).unwrap();
        let config = config(ParamsVisibility::Private, InputCheck::Circuit, 4);
        let samples: Vec<Sample> = case.inputs.iter().map(|input| vec![input.clone()]).collect();
        let quantized = quantize(&graph, &config, &samples).unwrap();
        let agreement = quantized.compare(&graph, &samples).unwrap();
        assert!(agreement.max_abs_error < 2e-3, "{}: {agreement:?}", case.path.display());
    }
}

#[test]
fn witness_equals_the_integer_model() {
    for case in cases() {
        let graph = load_graph(&case.path).unwrap();
        for params in [ParamsVisibility::Private, ParamsVisibility::Public, ParamsVisibility::Fixed] {
            for (input_check, exponent) in [(InputCheck::Circuit, 2), (InputCheck::Verifier, 1)] {
                let quantized = quantize(&graph, &config(params, input_check, exponent), &[]).unwrap();
                let context = format!("{} {params:?} 10^{exponent}", case.path.display());
                check_witness(&quantized, &case.inputs, &context);
            }
        }
    }
}

fn check_witness(quantized: &QuantizedGraph, samples: &[ArrayD<f64>], context: &str) {
    let program = emit(quantized);
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &program.files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let sources = Sources::from_path(&folder.path().join("circuit.circom"));
    let circuit = compile(sources, Options::default())
        .unwrap_or_else(|problems| panic!("{context}\n{}", problems.render(false)));
    let mut parameters: Inputs = BTreeMap::new();
    for (name, value) in program.weights.as_object().unwrap() {
        let mut values = Vec::new();
        collect(value, &mut values);
        parameters.insert(name.clone(), values.iter().map(fr_from_bigint).collect());
    }
    for sample in samples {
        let sample = vec![sample.clone()];
        let mut inputs = parameters.clone();
        for (port, values) in quantized.inputs.iter().zip(quantized.quantize_sample(&sample).unwrap()) {
            inputs.insert(port.signal.clone(), values.iter().map(fr_from_bigint).collect());
        }
        let witness = circuit.witness(&inputs).unwrap_or_else(|error| panic!("{context}: {error}"));
        let expected = quantized.eval(&sample).unwrap();
        let expected: Vec<_> = expected[quantized.outputs[0].place].iter().map(fr_from_bigint).collect();
        let outputs = &witness.0[1..=circuit.r1cs.public_outputs as usize];
        assert_eq!(outputs, expected, "{context}");
    }
}

fn collect(value: &serde_json::Value, values: &mut Vec<BigInt>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, values)),
        number => {
            let text = number.as_str().unwrap();
            fr_from_decimal::<tensorproof_r1cs::Fr>(text.trim_start_matches('-')).unwrap();
            values.push(text.parse().unwrap());
        }
    }
}
