//! Damaged files: an error, never a panic.

use std::fs;
use std::io::Cursor;
use std::panic::catch_unwind;

use serde_json::{Value, json};
use tensorproof_transpiler::{Graph, keras};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::written::{here, written};

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
