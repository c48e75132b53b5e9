//! Each operator on small models: float model against onnxruntime, integer model against the float model, and the
//! circuit's witness against the integer model.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use num_rational::BigRational;
use support::{floats, node, parameters};
use tensorproof_circom::{Circuit, Inputs};
use tensorproof_r1cs::{Fr, fr_from_bigint};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, Sample, ScaleChoice, Scope,
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
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: Some((-1.0, 1.0)),
        input: match input_check {
            InputCheck::Circuit => InputVisibility::Private,
            InputCheck::Verifier => InputVisibility::Public,
        },
        params,
        input_check,
        output: OutputKind::Auto,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
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

/// Compiles the circuit of a model and returns its parameters.
fn compiled(quantized: &QuantizedGraph, context: &str) -> (Circuit, Inputs) {
    let program = emit(quantized).unwrap();
    let circuit =
        support::compiled(&program.files).unwrap_or_else(|problems| panic!("{context}\n{problems}"));
    (circuit, parameters(&program.weights))
}

fn check_witness(quantized: &QuantizedGraph, samples: &[ArrayD<f64>], context: &str) {
    let (circuit, parameters) = compiled(quantized, context);
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

/// The model's own bias makes every sum positive. Whoever proves with another one must not find the rectifier left out.
#[test]
fn ranges_of_private_parameters_leave_no_operator_out() {
    let graph = support::graph(
        &[1, 2],
        vec![node("Gemm", &["x", "w", "b"], "sums"), node("Relu", &["sums"], "y")],
        vec![("w", floats(&[2, 2], [0.5, -0.25, 0.75, 0.125])), ("b", floats(&[2], [9.0, 7.5]))],
    );
    let quantized =
        quantize(&graph, &config(ParamsVisibility::Private, InputCheck::Verifier, 2), &[]).unwrap();
    let (circuit, mut inputs) = compiled(&quantized, "positive sums");
    inputs.insert("x".to_owned(), vec![Fr::from(10), Fr::from(20)]);
    assert!(circuit.witness(&inputs).unwrap().0[1..3].iter().all(|value| *value != Fr::from(0)));
    let bias = inputs.iter_mut().find(|(name, _)| name.ends_with("bias")).unwrap().1;
    for value in bias.iter_mut() {
        *value = -*value;
    }
    assert_eq!(circuit.witness(&inputs).unwrap().0[1..3], [Fr::from(0), Fr::from(0)]);
}

#[test]
fn a_batch_is_the_samples_one_by_one() {
    for case in cases().into_iter().take(6) {
        let graph = load_graph(&case.path).unwrap();
        let config =
            QuantizeConfig { batch: 3, ..config(ParamsVisibility::Private, InputCheck::Verifier, 2) };
        let quantized = quantize(&graph, &config, &[]).unwrap();
        let (circuit, mut inputs) = compiled(&quantized, &case.path.display().to_string());
        let mut expected = Vec::new();
        for input in case.inputs.iter().cycle().take(3) {
            let sample = vec![input.clone()];
            for (port, values) in quantized.inputs.iter().zip(quantized.quantize_sample(&sample).unwrap()) {
                inputs
                    .entry(port.signal.clone())
                    .or_default()
                    .extend(values.iter().map(fr_from_bigint::<Fr>));
            }
            let values = quantized.eval(&sample).unwrap();
            expected.extend(values[quantized.outputs[0].place].iter().map(fr_from_bigint::<Fr>));
        }
        let witness = circuit.witness(&inputs).unwrap();
        assert_eq!(circuit.r1cs.public_outputs as usize, expected.len());
        assert_eq!(witness.0[1..=expected.len()], expected, "{}", case.path.display());
    }
}

#[test]
fn a_layer_may_have_a_scale_of_its_own() {
    let is_conv =
        |case: &Case| case.path.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("conv"));
    let case = cases().into_iter().find(is_conv).unwrap();
    let graph = load_graph(&case.path).unwrap();
    let base = config(ParamsVisibility::Private, InputCheck::Circuit, 2);
    let plain = quantize(&graph, &base, &[]).unwrap();
    let linear = plain.layers.iter().find(|layer| layer.kernel.parameters().is_some()).unwrap();
    for name in [&linear.name, &linear.node] {
        let layer_scales = BTreeMap::from([(name.clone(), Power { base: 2, exponent: 12 })]);
        let quantized = quantize(&graph, &QuantizeConfig { layer_scales, ..base.clone() }, &[]).unwrap();
        let scaled = quantized.layers.iter().find(|layer| layer.name == linear.name).unwrap();
        let scale = |quantized: &QuantizedGraph, output: usize| quantized.quantities[output].scale.clone();
        let (before, after) = (scale(&plain, linear.output), scale(&quantized, scaled.output));
        assert_eq!(
            after * BigRational::from_integer(100.into()),
            before * BigRational::from_integer(4096.into())
        );
        check_witness(&quantized, &case.inputs, name);
    }
    let layer_scales = BTreeMap::from([("nowhere".to_owned(), Power::of_ten(2))]);
    let error = quantize(&graph, &QuantizeConfig { layer_scales, ..base }, &[]).unwrap_err().to_string();
    assert!(error.contains("`nowhere`") && error.contains(&linear.name), "{error}");
}

#[test]
fn commitments_bind_what_is_hashed() {
    let is_conv =
        |case: &Case| case.path.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("conv"));
    let case = cases().into_iter().find(is_conv).unwrap();
    let graph = load_graph(&case.path).unwrap();
    let config = QuantizeConfig {
        input: InputVisibility::Hashed,
        output_visibility: OutputVisibility::Hashed,
        batch: 2,
        ..config(ParamsVisibility::Hashed, InputCheck::Circuit, 2)
    };
    let quantized = quantize(&graph, &config, &[]).unwrap();
    let (circuit, mut inputs) = compiled(&quantized, "hashed");
    // Three commitments, and nothing else.
    assert_eq!(circuit.r1cs.public_signals(), 3);
    assert_eq!(circuit.r1cs.counts().quadratic, emit::cost(&quantized).quadratic);
    for input in [&case.inputs[0], &case.inputs[1]] {
        let values = quantized.quantize_sample(&vec![input.clone()]).unwrap();
        let signal = inputs.entry(quantized.inputs[0].signal.clone()).or_default();
        signal.extend(values[0].iter().map(fr_from_bigint::<Fr>));
    }
    for salt in ["inputSalt", "paramsSalt", "outputSalt"] {
        inputs.insert(salt.to_owned(), vec![Fr::from(7)]);
    }
    let hashes = |inputs: &Inputs| circuit.witness(inputs).unwrap().0[1..4].to_vec();
    let before = hashes(&inputs);
    // Output, input, parameters: each salt is of one of them.
    for (position, salt) in ["outputSalt", "inputSalt", "paramsSalt"].into_iter().enumerate() {
        let mut changed = inputs.clone();
        changed.insert(salt.to_owned(), vec![Fr::from(8)]);
        let after = hashes(&changed);
        for other in 0..3 {
            assert_eq!(before[other] == after[other], other != position, "{salt}");
        }
    }
    // Another parameter, and another sample.
    for (position, name) in [(2, "weights"), (1, quantized.inputs[0].signal.as_str())] {
        let signal = inputs.keys().find(|signal| signal.ends_with(name)).unwrap().clone();
        let mut changed = inputs.clone();
        let values = changed.get_mut(&signal).unwrap();
        let different = values.iter().position(|value| *value != values[0]).unwrap();
        values.swap(0, different);
        assert_ne!(before[position], hashes(&changed)[position], "{signal}");
    }
}
