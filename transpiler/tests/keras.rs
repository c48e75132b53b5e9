//! Keras files: every layer against Keras itself, by way of onnxruntime, and damaged files.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ndarray::ArrayD;
use serde_json::{Value, json};
use tensorproof_oracles::{expect_success, python};
use tensorproof_transpiler::onnx::{Attribute, Constant};
use tensorproof_transpiler::{Graph, Model, keras, load};

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keras").join(name)
}

/// Returns the folder with the models that Keras writes, once for all tests of this process.
fn models() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            expect_success(&python(&script("build.py"), [""; 0], folder.path()));
            folder
        })
        .path()
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "keras" || extension == "h5"));
    paths.sort();
    paths
}

fn dump(model: &Model) -> Value {
    let attribute = |value: &Attribute| match value {
        Attribute::Float(value) => json!(value),
        Attribute::Int(value) => json!(value),
        Attribute::Text(value) => json!(value),
        Attribute::Ints(values) => json!(values),
        Attribute::Floats(values) => json!(values),
        other => panic!("{other:?}"),
    };
    let constant = |value: &Constant| match value {
        Constant::Float(values) => {
            json!({"kind": "float", "shape": values.shape(), "values": values.iter().collect::<Vec<_>>()})
        }
        Constant::Int(values) => {
            json!({"kind": "int", "shape": values.shape(), "values": values.iter().collect::<Vec<_>>()})
        }
    };
    let nodes: Vec<Value> = model
        .nodes
        .iter()
        .map(|node| {
            let attributes: serde_json::Map<String, Value> =
                node.attributes.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
            json!({"name": node.name, "operator": node.operator, "inputs": node.inputs, "outputs": node.outputs,
                "attributes": attributes})
        })
        .collect();
    let constants: serde_json::Map<String, Value> =
        model.constants.iter().map(|(name, value)| (name.clone(), constant(value))).collect();
    json!({"opset": model.opset, "inputs": model.inputs, "outputs": model.outputs, "nodes": nodes,
        "constants": constants})
}

#[test]
fn translations_compute_what_keras_computes() {
    let folder = models();
    let mut problems = Vec::new();
    let paths = paths(folder);
    assert!(paths.len() > 300, "{}", paths.len());
    for path in &paths {
        match load(path) {
            Ok(model) => fs::write(format!("{}.dump", path.display()), dump(&model).to_string()).unwrap(),
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    expect_success(&python(&script("check.py"), [""; 0], folder));
}

fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

#[test]
fn our_operators_compute_what_keras_computes() {
    let mut count = 0;
    for path in paths(models()) {
        // Operators that are not known yet are the table's matter, not the reader's.
        let Ok(graph) = Graph::build(&load(&path).unwrap()) else { continue };
        let data: Value =
            serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
        let inputs: Vec<ArrayD<f64>> = graph
            .inputs
            .iter()
            .zip(data["inputs"].as_array().unwrap())
            .map(|(edge, values)| {
                ArrayD::from_shape_vec(graph.edges[edge.0].shape.clone(), flat(values)).unwrap()
            })
            .collect();
        let values = graph.eval(&inputs);
        for (edge, expected) in graph.outputs.iter().zip(data["outputs"].as_array().unwrap()) {
            for (actual, expected) in values[edge.0].iter().zip(flat(expected)) {
                assert!((actual - expected).abs() < 1e-4, "{}: {actual}, {expected}", path.display());
            }
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
}

#[test]
fn refuses_what_it_does_not_translate() {
    let rows = [
        ("lambda.keras", ["`twice`", "export the model to ONNX"]),
        ("unknown.keras", ["`unit`", "UnitNormalization"]),
        ("dynamic.keras", ["axis 1", "`input_layer"]),
        ("activation.keras", ["`rnn`", "`relu`"]),
        ("mask.keras", ["`words`", "mask_zero"]),
        ("alone.weights.h5", ["only weights", "alone.weights.h5"]),
    ];
    for (name, parts) in rows {
        let message = load(&models().join("refused").join(name)).unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{name}: {message}");
    }
}

/// A small generator of places to damage, so that every run damages the same.
fn places(length: usize, count: usize) -> impl Iterator<Item = (usize, u8)> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    (0..count).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (usize::try_from(state >> 3).unwrap() % length, 1 << (state & 7))
    })
}

#[test]
fn never_panics_on_damaged_files() {
    for name in ["nested.keras", "nested.h5", "flatten_chain.h5", "LSTM_both_concat.keras"] {
        let whole = fs::read(models().join(name)).unwrap();
        for length in (0..whole.len()).step_by(whole.len() / 150) {
            assert!(keras::read(&whole[..length]).is_err(), "{name} cut to {length}");
        }
        for (at, bit) in places(whole.len(), 2500) {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            let _ = keras::read(&bytes);
            bytes[at] = 0xff;
            let _ = keras::read(&bytes);
        }
    }
}
