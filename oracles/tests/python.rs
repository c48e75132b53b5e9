//! The Python environment holds what the tests import.

#![allow(clippy::unwrap_used)]

use std::fs;

use tensorproof_oracles::{expect_success, run_python};

#[test]
fn imports_keras_and_onnxruntime_without_tensorflow() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("versions.py");
    fs::write(
        &script,
        "import h5py, keras, numpy, onnx, onnxruntime\nprint(keras.__version__, keras.config.backend())\n",
    )
    .unwrap();
    let output = run_python(&script, [""; 0], folder.path());
    assert_eq!(expect_success(&output).trim(), "3.15.1 numpy");
}
