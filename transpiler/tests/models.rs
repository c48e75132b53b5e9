//! The example models: float and integer semantics against the outputs that Keras computed.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayD};
use ndarray_npy::NpzReader;
use tensorproof_transpiler::data::{input_shapes, load_samples};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, PublicSignals, ScaleChoice,
    Scope,
};
use tensorproof_transpiler::{Graph, QuantizeConfig, emit, load, load_graph, passes, quantize};

const MODELS: [&str; 5] = ["mnist_mlp", "mnist_cnn", "mnist_poly", "mnist_lenet5", "mnist_mobilenet_block"];

fn path(model: &str, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/models").join(model).join(file)
}

fn config(params: ParamsVisibility) -> QuantizeConfig {
    QuantizeConfig {
        scale: ScaleChoice::Auto,
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: None,
        input: InputVisibility::Public,
        params,
        input_check: InputCheck::Verifier,
        output: OutputKind::Auto,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
    }
}

fn outputs(model: &str) -> Array2<f32> {
    let mut archive = NpzReader::new(std::fs::File::open(path(model, "samples.npz")).unwrap()).unwrap();
    archive.by_name("outputs").unwrap()
}

fn largest_difference(left: &ArrayD<f64>, right: &[f32]) -> f64 {
    left.iter().zip(right).map(|(left, right)| (left - f64::from(*right)).abs()).fold(0.0, f64::max)
}

#[test]
fn float_model_computes_what_keras_computed() {
    for model in MODELS {
        let graph = Graph::build(&load(&path(model, "model.onnx")).unwrap()).unwrap();
        let mut simplified = graph.clone();
        passes::simplify(&mut simplified);
        let samples = load_samples(&path(model, "samples.npz"), &input_shapes(&graph)).unwrap();
        assert_eq!(samples.len(), 32);
        let expected = outputs(model);
        for (sample, expected) in samples.iter().zip(expected.rows()) {
            let values = graph.eval(sample);
            let output = &values[graph.outputs[0].0];
            let difference = largest_difference(output, expected.as_slice().unwrap());
            assert!(difference < 1e-4, "{model}: {difference}");
            let logits = &simplified.eval(sample)[simplified.outputs[0].0];
            if simplified.is_classifier {
                assert_eq!(logits.len(), 10);
            } else {
                let difference = output.iter().zip(logits).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(difference < 1e-9, "{model}: {difference}");
            }
        }
    }
}

#[test]
fn integer_model_agrees_with_the_float_model_on_all_samples() {
    for model in MODELS {
        let graph = load_graph(&path(model, "model.onnx")).unwrap();
        let samples = load_samples(&path(model, "samples.npz"), &input_shapes(&graph)).unwrap();
        for params in [ParamsVisibility::Private, ParamsVisibility::Fixed] {
            let quantized = quantize(&graph, &config(params), &samples).unwrap();
            let agreement = quantized.compare(&graph, &samples).unwrap();
            assert_eq!(agreement.same_class, 32, "{model}");
            assert!(agreement.max_abs_error <= 0.05 * agreement.max_abs_output, "{model}");
            println!(
                "{model} {params:?} 10^{} {:?} {agreement:?}",
                quantized.power.exponent,
                quantized.cost()
            );
            for layer in &quantized.layers {
                println!("   {} {} {:?}", layer.name, layer.operator, layer.cost);
            }
        }
    }
}

#[test]
fn values_stay_in_their_intervals() {
    for model in MODELS {
        let graph = load_graph(&path(model, "model.onnx")).unwrap();
        let samples = load_samples(&path(model, "samples.npz"), &input_shapes(&graph)).unwrap();
        let quantized = quantize(&graph, &config(ParamsVisibility::Private), &samples).unwrap();
        // Corners of the input's range, and samples.
        let shape = samples[0][0].shape().to_vec();
        let corner = |period: usize| {
            let mut count = 0;
            vec![ArrayD::from_shape_simple_fn(shape.clone(), || {
                count += 1;
                if count % period == 0 { 1.0 } else { 0.0 }
            })]
        };
        for sample in [1, 2, 3, 5, 7, 1000].map(corner).iter().chain(&samples[..4]) {
            let values = quantized.eval(sample).unwrap();
            for layer in &quantized.layers {
                let quantity = &quantized.quantities[layer.output];
                for (value, interval) in values[layer.output].iter().zip(&quantity.intervals) {
                    assert!(interval.low <= *value && *value <= interval.high, "{model}: {}", layer.name);
                }
            }
        }
    }
}

#[test]
fn same_options_give_the_same_circuit() {
    let graph = load_graph(&path("mnist_cnn", "model.onnx")).unwrap();
    let samples = load_samples(&path("mnist_cnn", "samples.npz"), &input_shapes(&graph)).unwrap();
    let make = || {
        let program = emit(&quantize(&graph, &config(ParamsVisibility::Private), &samples).unwrap()).unwrap();
        (program.files, program.weights.to_string())
    };
    assert_eq!(make(), make());
}

#[test]
fn largest_scale_keeps_values_in_the_field() {
    let graph = load_graph(&path("mnist_mlp", "model.onnx")).unwrap();
    let samples = load_samples(&path("mnist_mlp", "samples.npz"), &input_shapes(&graph)).unwrap();
    let config = QuantizeConfig { scale: ScaleChoice::Max, ..config(ParamsVisibility::Private) };
    let quantized = quantize(&graph, &config, &samples[..1]).unwrap();
    assert!(quantized.power.exponent > 20, "{}", quantized.power.exponent);
    let agreement = quantized.compare(&graph, &samples[..1]).unwrap();
    assert!(agreement.max_abs_error < 1e-9);
}
