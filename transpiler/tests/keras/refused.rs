//! What is not supported, or does not hold together, is an error that names it.

use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};

use serde_json::{Value, json};
use tensorproof_transpiler::{Error, Graph, keras, load};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::written::{here, written};

fn refuses(error: &Error, parts: &[&str]) {
    let message = error.to_string();
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
}

#[test]
fn refuses_what_it_does_not_translate() {
    let rows = [
        ("lambda.keras", ["`twice` (Lambda)", "replace it by layers of Keras"]),
        ("unknown.keras", ["`contrast` (AutoContrast)", "apply it before the model"]),
        ("custom.keras", ["`mine` (Dense)", "a class of the model's own"]),
        ("function.keras", ["`tripled` (Dense)", "`activation`"]),
        ("dynamic.keras", ["axis 1", "`input_layer"]),
        ("activation.keras", ["`rnn` (LSTM)", "`sparsemax`"]),
        ("mean.keras", ["(Mean)", "`axis` null"]),
        ("batch.keras", ["(GetItem)", "a part of the batch"]),
        ("sort.keras", ["(Sort)", "replace it by layers of Keras"]),
        ("arg_max.keras", ["(Argmax)", "`axis` null"]),
        ("softmax.keras", ["(Softmax)", "`axis` null"]),
        ("training.keras", ["`drop` (Dropout)", "`training`"]),
        ("number.keras", ["`two` (Poly)", "a number"]),
        ("alone.weights.h5", ["only weights", "alone.weights.h5"]),
    ];
    let folder = written().join("refused");
    for (name, parts) in rows {
        refuses(&load(&folder.join(name)).unwrap_err(), &parts);
    }
    refuses(
        &load(&here().join("keras2/lambda.h5")).unwrap_err(),
        &[
            "`poly` (Lambda)",
            "`square = keras.layers.Multiply()([x, x])`",
            "`x = keras.layers.Add()([square, x])`",
        ],
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

fn set(class: &'static str, key: &'static str, value: Value) -> Change {
    Box::new(move |config| layer(config, class)["config"][key] = value.clone())
}

/// Checks that files whose structure is changed are refused, with these words.
fn check(rows: Vec<(&str, Change, Vec<&str>)>) {
    for (name, change, parts) in rows {
        let error = keras::read(&restructured(name, change)).and_then(|model| Graph::build(&model));
        refuses(&error.expect_err(name), &parts);
    }
}

#[test]
fn refuses_structures_that_do_not_hold_together() {
    let long = 1u64 << 40;
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
    ];
    check(rows);
}

#[test]
fn refuses_configurations_of_layers_that_do_not_hold_together() {
    let long = 1u64 << 40;
    let rows: Vec<(&str, Change, Vec<&str>)> = vec![
        ("LSTM.keras", set("LSTM", "return_state", json!("yes")), vec!["return_state"]),
        (
            "each_conv.keras",
            set("TimeDistributed", "layer", json!({"class_name": "Mine", "module": "mine", "config": {}})),
            vec!["a class of the model's own"],
        ),
        (
            "cells.keras",
            set("RNN", "cell", json!({"class_name": "Mine", "module": "mine", "config": {}})),
            vec!["a cell of the model's own"],
        ),
        (
            "categories_count.keras",
            set("CategoryEncoding", "num_tokens", json!(1 << 25)),
            vec!["33554432 categories"],
        ),
        ("bins.keras", set("Discretization", "bin_boundaries", json!([1.0, 0.5])), vec!["ascending"]),
        ("bins.keras", set("Discretization", "bin_boundaries", json!([])), vec!["`bin_boundaries`"]),
        ("einsum_plain.keras", set("EinsumDense", "equation", json!("abc,cd->dba")), vec!["moves the batch"]),
        ("einsum_plain.keras", set("EinsumDense", "equation", json!("aac,cd->acd")), vec!["does not fit"]),
        ("einsum_plain.keras", set("EinsumDense", "equation", json!("...,...->...")), vec!["does not fit"]),
        ("einsum_plain.keras", set("EinsumDense", "equation", json!(7)), vec!["`equation` 7"]),
        ("heads_groups.keras", set("GroupQueryAttention", "num_key_value_heads", json!(3)), vec!["3 heads"]),
        ("resized.keras", set("Resizing", "height", json!(1 << 25)), vec!["more than"]),
        ("resized.keras", set("Resizing", "interpolation", json!("lanczos3")), vec!["`lanczos3`"]),
        ("adaptive_max.keras", set("AdaptiveMaxPooling1D", "output_size", json!(8)), vec!["8 windows of 7"]),
        ("conv_lstm2.keras", set("ConvLSTM2D", "filters", json!(long)), vec!["`filters`"]),
        ("mask_value.keras", set("Masking", "mask_value", json!("no")), vec!["`mask_value`"]),
        (
            "quantized_table.keras",
            set("Embedding", "dtype", json!({"config": {"mode": "float8"}})),
            vec!["`float8`", "before it is quantized"],
        ),
    ];
    check(rows);
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
