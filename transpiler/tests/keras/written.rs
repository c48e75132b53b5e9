//! The models that Keras wrote, with what it computed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use serde_json::Value;
use tensorproof_oracles::{expect_success, python};

pub(crate) fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keras")
}

/// Returns the folder with the models that Keras writes, which is made when the script has changed.
pub(crate) fn written() -> PathBuf {
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
pub(crate) fn models(folder: &Path) -> Vec<PathBuf> {
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
pub(crate) fn data(path: &Path) -> [Vec<ArrayD<f64>>; 2] {
    let data: Value =
        serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
    ["inputs", "outputs"].map(|key| {
        let tensors = data[key].as_array().unwrap().iter();
        tensors.map(|values| ArrayD::from_shape_vec(shape(values), flat(values)).unwrap()).collect()
    })
}
