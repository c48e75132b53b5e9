//! What tests of whole models share: small graphs, the integer model against the float model, the witness against the integer
//! model.

#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use ndarray::ArrayD;
use num_bigint::BigInt;
use serde_json::Value;
use tensorproof_circom::{Circuit, Inputs, Level, Options, Sources, compile};
use tensorproof_r1cs::fr_from_bigint;
use tensorproof_transpiler::onnx::{Constant, Model, ModelNode};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, Sample, ScaleChoice, Scope,
};
use tensorproof_transpiler::{Graph, QuantizedGraph, emit, passes, quantize};

/// Largest difference from the expected values, relative to the largest of them, where the scale is 10^4.
const TOLERANCE: f64 = 0.02;

/// Returns a node that is called after its output.
pub fn node(operator: &str, inputs: &[&str], output: &str) -> ModelNode {
    ModelNode {
        name: output.to_owned(),
        operator: operator.to_owned(),
        inputs: inputs.iter().map(|name| (*name).to_owned()).collect(),
        outputs: vec![output.to_owned()],
        attributes: BTreeMap::new(),
    }
}

/// Returns a constant.
pub fn floats(shape: &[usize], values: impl IntoIterator<Item = f64>) -> Constant {
    Constant::Float(ArrayD::from_shape_vec(shape.to_vec(), values.into_iter().collect()).unwrap())
}

/// Returns the simplified graph of nodes between an input `x` and an output `y`.
pub fn graph(shape: &[usize], nodes: Vec<ModelNode>, constants: Vec<(&str, Constant)>) -> Graph {
    let model = Model {
        opset: 21,
        nodes,
        constants: constants.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        inputs: vec![("x".to_owned(), shape.iter().map(|length| (*length).into()).collect())],
        integers: BTreeSet::new(),
        outputs: vec!["y".to_owned()],
    };
    let mut graph = Graph::build(&model).unwrap();
    passes::simplify(&mut graph);
    graph
}

/// Compiles a program of several files.
pub fn compiled(files: &[(String, String)]) -> Result<Circuit, String> {
    compiled_at(files, Options::default().level)
}

/// Compiles a program of several files, and eliminates as many signals as a level says.
pub fn compiled_at(files: &[(String, String)], level: Level) -> Result<Circuit, String> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let sources = Sources::from_path(&folder.path().join("circuit.circom"));
    compile(sources, Options { level, ..Options::default() }).map_err(|problems| problems.render(false))
}

/// Returns the parameters of a program as inputs of its circuit.
pub fn parameters(weights: &Value) -> Inputs {
    let tensor = |(name, value): (&String, &Value)| {
        let mut values = Vec::new();
        collect(value, &mut values);
        (name.clone(), values.iter().map(fr_from_bigint).collect())
    };
    weights.as_object().unwrap().iter().map(tensor).collect()
}

/// Says how far values are from what is expected, relative to the largest of them.
pub fn close(actual: &[f64], expected: &[f64], tolerance: f64) -> Result<(), String> {
    if actual.len() != expected.len() {
        return Err(format!("{} values, expected {}", actual.len(), expected.len()));
    }
    let largest = expected.iter().fold(1.0, |largest: f64, value| largest.max(value.abs()));
    let error = actual.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    if error <= tolerance * largest { Ok(()) } else { Err(format!("differs by {error:.1e}")) }
}

/// Returns the model in integers and its values for a sample, which are near those of the float model.
pub fn in_integers(graph: &Graph, sample: &Sample) -> Result<(QuantizedGraph, Vec<Vec<BigInt>>), String> {
    let config = QuantizeConfig {
        scale: ScaleChoice::Power(Power::of_ten(4)),
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: None,
        input: InputVisibility::Public,
        params: ParamsVisibility::Private,
        input_check: InputCheck::Verifier,
        output: OutputKind::Raw,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
    };
    let quantized =
        quantize(graph, &config, std::slice::from_ref(sample)).map_err(|error| error.to_string())?;
    let integers = quantized.eval(sample).map_err(|error| error.to_string())?;
    let floats = graph.eval(sample);
    for (output, edge) in graph.outputs.iter().enumerate() {
        let place = quantized.outputs[output].place;
        let actual = quantized.dequantize(place, &integers[place]);
        close(&actual, &floats[edge.0].iter().copied().collect::<Vec<_>>(), TOLERANCE)
            .map_err(|error| format!("integer model: {error}"))?;
    }
    Ok((quantized, integers))
}

/// Compiles the circuit and compares its outputs with those of the model in integers.
pub fn check_witness(
    quantized: &QuantizedGraph,
    sample: &Sample,
    integers: &[Vec<BigInt>],
) -> Result<(), String> {
    let program = emit(quantized).unwrap();
    let circuit = compiled(&program.files)?;
    let counts = circuit.r1cs.counts();
    let cost = quantized.cost();
    // Products with constants become linear, and an output that is wired to an input takes a constraint.
    let outputs = circuit.r1cs.public_outputs as usize;
    if counts.quadratic > cost.quadratic
        || counts.quadratic + counts.linear > cost.quadratic + cost.linear + outputs
    {
        return Err(format!("{counts:?}, expected at most {cost:?}"));
    }
    let mut inputs = parameters(&program.weights);
    for (port, values) in quantized.inputs.iter().zip(quantized.quantize_sample(sample).unwrap()) {
        inputs.insert(port.signal.clone(), values.iter().map(fr_from_bigint).collect());
    }
    let witness = circuit.witness(&inputs).map_err(|error| error.to_string())?;
    let expected: Vec<_> =
        quantized.outputs.iter().flat_map(|port| integers[port.place].iter().map(fr_from_bigint)).collect();
    let outputs = &witness.0[1..=circuit.r1cs.public_outputs as usize];
    if outputs == expected { Ok(()) } else { Err("the witness differs from the integer model".to_owned()) }
}

fn collect(value: &Value, values: &mut Vec<BigInt>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, values)),
        number => values.push(number.as_str().unwrap().parse().unwrap()),
    }
}
