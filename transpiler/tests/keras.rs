//! Keras files: every layer against Keras itself, in real numbers, in integers and in the circuit; hostile files.

#![allow(clippy::unwrap_used)]

mod support;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayD, Ix2, OwnedRepr};
use ndarray_npy::NpzReader;
use serde_json::{Value, json};
use support::{check_witness, close, in_integers};
use tensorproof_oracles::{expect_success, python};
use tensorproof_transpiler::data::{input_shapes, load_samples};
use tensorproof_transpiler::{Error, Graph, keras, load, load_graph};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

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

#[test]
fn trained_models_compute_what_keras_computed() {
    let rows = [
        ("mnist_cnn", ["conv2d", "batch_normalization", "re_lu_1", "average_pooling2d", "dense_2"]),
        (
            "mnist_mobilenet_block",
            ["conv2d_4", "depthwise_conv2d", "add_1", "global_average_pooling2d", "dense_8"],
        ),
    ];
    for (name, layers) in rows {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/models").join(name);
        let mut archive = NpzReader::new(File::open(folder.join("samples.npz")).unwrap()).unwrap();
        let outputs: Array2<f64> = archive.by_name::<OwnedRepr<f32>, Ix2>("outputs").unwrap().mapv(f64::from);
        for file in ["model.keras", "model.h5"] {
            let graph = Graph::build(&load(&folder.join(file)).unwrap()).unwrap();
            for name in layers {
                assert!(graph.nodes.iter().any(|node| node.name == name), "{name}");
            }
            let samples = load_samples(&folder.join("samples.npz"), &input_shapes(&graph)).unwrap();
            assert_eq!(samples.len(), outputs.nrows());
            for (sample, expected) in samples.iter().zip(outputs.rows()) {
                let actual = &graph.eval(sample)[graph.outputs[0].0];
                close(actual.as_slice().unwrap(), expected.as_slice().unwrap(), 1e-4).unwrap();
            }
        }
    }
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

/// Padding with `same` may not depend on where the channels are.
#[test]
fn both_orders_of_channels_give_the_same_outputs() {
    let [last, first] = ["order_last.keras", "order_first.keras"]
        .map(|name| Graph::build(&load(&written().join(name)).unwrap()).unwrap());
    let [inputs, _] = data(&written().join("order_last.keras"));
    let moved = inputs[0].clone().permuted_axes(vec![0, 3, 1, 2]).as_standard_layout().into_owned();
    let output = |graph: &Graph, input: ArrayD<f64>| graph.eval(&[input])[graph.outputs[0].0].clone();
    let (last, first) = (output(&last, inputs[0].clone()), output(&first, moved));
    close(first.as_slice().unwrap(), last.as_slice().unwrap(), 1e-9).unwrap();
}

#[test]
fn circuits_compute_what_graphs_compute() {
    let mut paths = models(&written());
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "keras"));
    paths.extend(models(&here().join("keras2")));
    let witnesses = Cell::new(0);
    all(&paths, |path| {
        let graph = load_graph(path).map_err(|error| error.to_string())?;
        let [sample, _] = data(path);
        let (quantized, integers) = in_integers(&graph, &sample)?;
        let cost = quantized.cost();
        if cost.quadratic + cost.linear > MOST_CONSTRAINTS {
            return Ok(());
        }
        witnesses.set(witnesses.get() + 1);
        check_witness(&quantized, &sample, &integers)
    });
    assert!(witnesses.get() > 200, "{}", witnesses.get());
}

fn refuses(error: &Error, parts: &[&str]) {
    let message = error.to_string();
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
}

#[test]
fn refuses_what_it_does_not_translate() {
    let rows = [
        ("lambda.keras", ["`twice` (Lambda)", "replace it by layers of Keras"]),
        ("unknown.keras", ["`unit` (UnitNormalization)", "export the model to ONNX"]),
        ("custom.keras", ["`mine` (Dense)", "a class of the model's own"]),
        ("function.keras", ["`tripled` (Dense)", "`activation`"]),
        ("dynamic.keras", ["axis 1", "`input_layer"]),
        ("activation.keras", ["`rnn` (LSTM)", "`elu`"]),
        ("mask.keras", ["`words` (Embedding)", "mask_zero"]),
        ("average.keras", ["(Average)", "1 inputs"]),
        ("arg_max.keras", ["(Argmax)", "`axis` null"]),
        ("softmax.keras", ["(Softmax)", "`axis` null"]),
        ("training.keras", ["`drop` (Dropout)", "`training`"]),
        ("second.keras", ["`concatenate", "a second output"]),
        ("attention_mask.keras", ["`heads` (MultiHeadAttention)", "`attention_mask`"]),
        ("number.keras", ["`two` (Poly)", "a number"]),
        ("alone.weights.h5", ["only weights", "alone.weights.h5"]),
    ];
    let folder = written().join("refused");
    for (name, parts) in rows {
        refuses(&load(&folder.join(name)).unwrap_err(), &parts);
    }
    refuses(
        &load(&here().join("keras2/lambda.h5")).unwrap_err(),
        &["`poly` (Lambda)", "`Multiply` and `Add`"],
    );
}

/// Returns a `.keras` file with its parts changed.
fn altered(name: &str, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut source = ZipArchive::new(File::open(written().join(name)).unwrap()).unwrap();
    let mut target = ZipWriter::new(Cursor::new(Vec::new()));
    for part in ["metadata.json", "config.json", "model.weights.h5"] {
        let mut bytes = Vec::new();
        source.by_name(part).unwrap().read_to_end(&mut bytes).unwrap();
        if let Some(bytes) = change(part, bytes) {
            target.start_file(part, SimpleFileOptions::default()).unwrap();
            target.write_all(&bytes).unwrap();
        }
    }
    target.finish().unwrap().into_inner()
}

/// Returns a `.keras` file with another structure.
fn restructured(name: &str, change: impl Fn(&mut Value)) -> Vec<u8> {
    altered(name, |part, bytes| {
        if part != "config.json" {
            return Some(bytes);
        }
        let mut config = serde_json::from_slice(&bytes).unwrap();
        change(&mut config);
        Some(serde_json::to_vec(&config).unwrap())
    })
}

/// Returns the layer of a class.
fn layer<'a>(config: &'a mut Value, class: &str) -> &'a mut Value {
    let layers = config["config"]["layers"].as_array_mut().unwrap();
    layers.iter_mut().find(|layer| layer["class_name"] == class).unwrap()
}

type Change = Box<dyn Fn(&mut Value)>;

#[test]
fn refuses_structures_that_do_not_hold_together() {
    let long = 1u64 << 40;
    let set = |class: &'static str, key: &'static str, value: Value| -> Change {
        Box::new(move |config| layer(config, class)["config"][key] = value.clone())
    };
    let rows: Vec<(&str, Change, Vec<&str>)> = vec![
        (
            "residual.keras",
            Box::new(|config| {
                // A convolution that reads the sum it is part of.
                let sum = json!(layer(config, "Add")["name"]);
                let conv = layer(config, "Conv2D");
                conv["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0] = sum;
            }),
            vec!["cycle"],
        ),
        (
            "residual.keras",
            Box::new(|config| {
                layer(config, "Dense")["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0] =
                    json!("nowhere");
            }),
            vec!["`nowhere` is not defined", "(Dense)"],
        ),
        (
            "residual.keras",
            Box::new(|config| {
                let layers = config["config"]["layers"].as_array_mut().unwrap();
                layers.push(layers[1].clone());
            }),
            vec!["two layers"],
        ),
        (
            "residual.keras",
            Box::new(|config| config["config"]["output_layers"] = json!([])),
            vec!["no output"],
        ),
        ("residual.keras", Box::new(|config| config["class_name"] = json!("MyModel")), vec!["`MyModel`"]),
        (
            "residual.keras",
            Box::new(|config| {
                layer(config, "InputLayer")["config"]["batch_shape"] =
                    json!([null, 1 << 20, 1 << 20, 1 << 20]);
            }),
            vec!["shape"],
        ),
        (
            "dense.keras",
            set("Dense", "units", json!(7)),
            vec!["weight `kernel` has shape [5, 4], expected [5, 7]"],
        ),
        ("dense.keras", set("Dense", "units", json!(-1)), vec!["`units` -1"]),
        ("dense.keras", set("Dense", "units", json!(long)), vec!["`units`"]),
        ("dense.keras", set("Dense", "activation", json!("sparsemax")), vec!["activation `sparsemax`"]),
        ("dense.keras", set("Dense", "activation", json!({})), vec!["`activation`"]),
        ("conv2_valid.keras", set("Conv2D", "strides", json!([0, 0])), vec!["`strides` [0,0]"]),
        ("conv2_valid.keras", set("Conv2D", "kernel_size", json!([long, 1])), vec!["`kernel_size`"]),
        ("conv2_valid.keras", set("Conv2D", "kernel_size", json!([1 << 25, 1 << 25])), vec!["`kernel`"]),
        (
            "conv2_valid.keras",
            set("Conv2D", "dilation_rate", json!([1 << 25, 1 << 25])),
            vec!["reaches over"],
        ),
        ("conv2_valid.keras", set("Conv2D", "padding", json!("reflect")), vec!["`reflect`"]),
        ("conv2_valid.keras", set("Conv2D", "data_format", json!("sideways")), vec!["`sideways`"]),
        ("conv2_valid.keras", set("Conv2D", "groups", json!(3)), vec!["3 groups"]),
        ("pad2.keras", set("ZeroPadding2D", "padding", json!(1 << 25)), vec!["more than"]),
        ("cut2.keras", set("Cropping2D", "cropping", json!(5)), vec!["cuts 5 and 5"]),
        ("up2.keras", set("UpSampling2D", "size", json!([1 << 25, 1 << 25])), vec!["more than"]),
        ("repeat.keras", set("RepeatVector", "n", json!(1 << 25)), vec!["more than"]),
        ("reshape.keras", set("Reshape", "target_shape", json!([5, -1])), vec!["`target_shape`"]),
        ("reshape.keras", set("Reshape", "target_shape", json!([0, -1])), vec!["`target_shape`"]),
        ("permute.keras", set("Permute", "dims", json!([1, 1, 2])), vec!["`dims`"]),
        ("group_norm.keras", set("GroupNormalization", "groups", json!(4)), vec!["4 groups"]),
        ("embedding.keras", set("Embedding", "input_dim", json!(1 << 25)), vec!["`embeddings`"]),
        ("time_distributed.keras", set("TimeDistributed", "layer", json!(3)), vec!["`layer` is not a layer"]),
        ("LSTM.keras", set("LSTM", "return_state", json!(true)), vec!["return_state"]),
    ];
    for (name, change, parts) in rows {
        let error = keras::read(&restructured(name, change)).and_then(|model| Graph::build(&model));
        refuses(&error.expect_err(name), &parts);
    }
}

#[test]
fn refuses_archives_that_are_not_whole_or_too_large() {
    // The last one is a bomb: deflate makes a thousandth of it.
    let rows = [
        ("config.json", None, "`config.json` cannot be read"),
        ("metadata.json", None, "`metadata.json` cannot be read"),
        ("model.weights.h5", None, "`model.weights.h5` cannot be read"),
        ("config.json", Some(b"{".to_vec()), "`config.json` is not JSON"),
        ("config.json", Some(b"[".repeat(1 << 20)), "`config.json` is not JSON"),
        ("config.json", Some(b" ".repeat(1 << 25)), "`config.json` in the archive has more than"),
        ("metadata.json", Some(br#"{"keras_version": "1.2.2"}"#.to_vec()), "Keras `1.2.2`"),
        ("model.weights.h5", Some(b"\x89HDF\r\n\x1a\n".to_vec()), "not an HDF5 file"),
        ("model.weights.h5", Some(vec![0; 200 << 20]), "`model.weights.h5` in the archive has more than"),
    ];
    for (changed, change, part) in rows {
        let replaced = |name: &str, bytes| if name == changed { change.clone() } else { Some(bytes) };
        refuses(&keras::read(&altered("dense.keras", replaced)).unwrap_err(), &[part]);
    }
    // A name that leaves the archive is another name.
    let mut target = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["../config.json", "/config.json", "../metadata.json", "../model.weights.h5"] {
        target.start_file(name, SimpleFileOptions::default()).unwrap();
        target.write_all(b"{}").unwrap();
    }
    let bytes = target.finish().unwrap().into_inner();
    refuses(&keras::read(&bytes).unwrap_err(), &["`config.json` cannot be read"]);
    refuses(&keras::read(b"").unwrap_err(), &["not a Keras model"]);
}

#[test]
fn refuses_weights_that_are_not_there() {
    // The name stands in the file once, in the group of the layer.
    let mut bytes = fs::read(written().join("dense.h5")).unwrap();
    let places: Vec<usize> = (0..bytes.len() - 6).filter(|at| &bytes[*at..*at + 6] == b"kernel").collect();
    for at in places {
        bytes[at..at + 6].copy_from_slice(b"colonel".first_chunk::<6>().unwrap());
    }
    refuses(&keras::read(&bytes).unwrap_err(), &["(Dense)", "`kernel`"]);
}

/// Returns the pointers to all values of a structure.
fn pointers(value: &Value, prefix: &str, found: &mut Vec<String>) {
    found.push(prefix.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{prefix}/{index}"), found);
            }
        }
        Value::Object(items) => {
            for (key, item) in items {
                pointers(item, &format!("{prefix}/{key}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn never_panics_on_altered_structures() {
    let odd = [
        json!(null),
        json!(-1),
        json!(0),
        json!(3),
        json!(1u64 << 25),
        json!("same"),
        json!([]),
        json!([2, 0, 1]),
        json!({}),
    ];
    let names = [
        "first_others",
        "residual",
        "nested",
        "attention_cross",
        "LSTM_both_concat",
        "dot_axes",
        "group_norm",
        "conv2_groups",
        "transposed2_same_3_2",
        "activation_glu",
        "time_distributed",
        "embedding",
        "layer_norm_axes",
        "normalization_given",
        "prelu_shared",
        "permute",
        "reshape",
        "functions",
        "cut2_each",
        "sum_pool",
        "poly",
    ];
    let mut panics = Vec::new();
    for name in names {
        let bytes = fs::read(written().join(format!("{name}.keras"))).unwrap();
        let mut source = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let structure: Value = serde_json::from_reader(source.by_name("config.json").unwrap()).unwrap();
        let mut places = Vec::new();
        pointers(&structure, "", &mut places);
        for place in places {
            // What weights began as is not read.
            if place.contains("initializer") || place.contains("build_config") || place.contains("/dtype/") {
                continue;
            }
            for value in &odd {
                let mut structure = structure.clone();
                *structure.pointer_mut(&place).unwrap() = value.clone();
                let mut target = ZipWriter::new(Cursor::new(Vec::new()));
                for part in ["metadata.json", "model.weights.h5"] {
                    target.raw_copy_file(source.by_name(part).unwrap()).unwrap();
                }
                target.start_file("config.json", SimpleFileOptions::default()).unwrap();
                serde_json::to_writer(&mut target, &structure).unwrap();
                let bytes = target.finish().unwrap().into_inner();
                if catch_unwind(|| keras::read(&bytes).and_then(|model| Graph::build(&model))).is_err() {
                    panics.push(format!("{name}{place}: {value}"));
                }
            }
        }
    }
    assert!(panics.is_empty(), "{}", panics.join("\n"));
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
    let folder = written();
    let paths = ["nested.keras", "nested.h5", "flatten_chain.h5", "LSTM_both_concat.keras", "attention.h5"];
    let paths = paths.map(|name| folder.join(name));
    for path in paths.into_iter().chain([here().join("keras2/recurrence.h5")]) {
        let whole = fs::read(&path).unwrap();
        for length in (0..whole.len()).step_by(whole.len() / 150) {
            let _ = keras::read(&whole[..length]).and_then(|model| Graph::build(&model));
        }
        // An archive ends with its directory.
        let cut = keras::read(&whole[..whole.len() / 2]);
        assert!(cut.is_err(), "{}", path.display());
        for (at, bit) in places(whole.len(), 1500) {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            let _ = keras::read(&bytes).and_then(|model| Graph::build(&model));
            bytes[at] = 0xff;
            let _ = keras::read(&bytes).and_then(|model| Graph::build(&model));
        }
    }
}
