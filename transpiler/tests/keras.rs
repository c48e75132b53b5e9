//! Keras files: every layer against Keras itself, in real numbers, in integers and in the circuit; hostile files.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use serde_json::{Value, json};
use support::{check_witness, close, in_integers};
use tensorproof_oracles::{expect_success, python};
use tensorproof_transpiler::{Error, Graph, Model, keras, load, load_graph};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Most constraints of a circuit whose witness is computed.
const MOST_CONSTRAINTS: usize = 10_000;

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keras")
}

/// Returns the folder with the models that Keras writes, which is made when the script has changed.
fn written() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("keras-models");
    let script = here().join("build.py");
    let text = fs::read_to_string(&script).unwrap();
    let stamp = folder.join("build.py");
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|written| written == text) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    expect_success(&python(&script, [""; 0], &folder));
    fs::write(stamp, text).unwrap();
    folder
}

/// Returns the models of a folder, by name.
fn models(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "keras" || extension == "h5"));
    paths.retain(|path| path.with_extension("json").exists());
    paths.sort();
    paths
}

fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn shape(value: &Value) -> Vec<usize> {
    match value {
        Value::Array(items) => [vec![items.len()], items.first().map(shape).unwrap_or_default()].concat(),
        _ => Vec::new(),
    }
}

/// Returns the inputs that Keras was given, and the outputs that it computed.
fn data(path: &Path) -> [Vec<ArrayD<f64>>; 2] {
    let data: Value =
        serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
    ["inputs", "outputs"].map(|key| {
        let tensors = data[key].as_array().unwrap().iter();
        tensors.map(|values| ArrayD::from_shape_vec(shape(values), flat(values)).unwrap()).collect()
    })
}

fn computes(path: &Path) -> Result<(), String> {
    let graph = load(path).and_then(|model| Graph::build(&model)).map_err(|error| error.to_string())?;
    let [inputs, outputs] = data(path);
    let values = graph.eval(&inputs);
    if graph.outputs.len() != outputs.len() {
        return Err(format!("{} outputs, expected {}", graph.outputs.len(), outputs.len()));
    }
    for (edge, expected) in graph.outputs.iter().zip(&outputs) {
        let actual = &values[edge.0];
        if actual.shape() != expected.shape() {
            return Err(format!("shape {:?}, expected {:?}", actual.shape(), expected.shape()));
        }
        close(actual.as_slice().unwrap(), expected.as_slice().unwrap(), 1e-5)?;
    }
    Ok(())
}

/// Checks that no path fails.
fn all(paths: &[PathBuf], check: impl Fn(&Path) -> Result<(), String>) {
    let problems: Vec<String> =
        paths.iter().filter_map(|path| Some(format!("{}: {}", path.display(), check(path).err()?))).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn graphs_compute_what_keras_computes() {
    let paths = models(&written());
    assert!(paths.len() > 500, "{}", paths.len());
    all(&paths, computes);
}

#[test]
fn graphs_compute_what_keras_2_computes() {
    let paths = models(&here().join("keras2"));
    assert_eq!(paths.len(), 7);
    all(&paths, computes);
}

/// The formats differ in where weights and calls are; what comes of them may not.
#[test]
fn both_formats_give_the_same_graph() {
    let text = |path: &Path| {
        let model = load(path).unwrap();
        format!("{:?}", (model.nodes, model.constants, model.inputs, model.integers, model.outputs))
    };
    for path in models(&written()).iter().filter(|path| path.extension().is_some_and(|kind| kind == "keras"))
    {
        assert!(text(path) == text(&path.with_extension("h5")), "{}", path.display());
    }
}

#[test]
fn circuits_compute_what_graphs_compute() {
    let mut paths = models(&written());
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "keras"));
    paths.extend(models(&here().join("keras2")));
    all(&paths, |path| {
        let graph = load_graph(path).map_err(|error| error.to_string())?;
        let [sample, _] = data(path);
        let (quantized, integers) = in_integers(&graph, &sample)?;
        let cost = quantized.cost();
        if cost.quadratic + cost.linear > MOST_CONSTRAINTS {
            return Ok(());
        }
        check_witness(&quantized, &sample, &integers)
    });
}
