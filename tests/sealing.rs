//! Commitments, encryption and identifiers, by their commands and around models.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn tensorproof(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tensorproof")).args(arguments).current_dir(folder).output().unwrap()
}

/// Returns the JSON of a command that must succeed.
fn result(arguments: &[&str], folder: &Path) -> Value {
    let output = tensorproof(&[arguments, &["--json"]].concat(), folder);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Checks that a command fails as the user's mistake, and says why.
fn refused(arguments: &[&str], folder: &Path, words: &str) {
    let output = tensorproof(arguments, folder);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
    assert!(message.contains(words), "{arguments:?}: {message}");
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns a small convolution, and an input for it.
fn model(folder: &Path) -> (PathBuf, PathBuf) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("transpiler/tests/cases");
    let input = folder.join("input.json");
    fs::write(&input, read(&cases.join("conv_strides_pads.json"))["inputs"][0].to_string()).unwrap();
    (cases.join("conv_strides_pads.onnx"), input)
}

#[test]
fn integers_are_decrypted_by_their_recipient_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let message =
        json!({ "w": [["-5", "7", "0"], ["1", "2", "3"]], "b": ["123456789012345678901234567890", "-1"] });
    fs::write(at.join("weights.json"), message.to_string()).unwrap();
    let key = result(&["keygen", "-o", "key.json"], at);
    result(&["keygen", "-o", "other.json"], at);
    refused(&["keygen", "-o", "key.json"], at, "does not exist yet");
    assert_eq!(key["publicKey"], read(&at.join("key.json"))["publicKey"]);
    let to = format!("{},{}", key["publicKey"][0].as_str().unwrap(), key["publicKey"][1].as_str().unwrap());
    result(&["encrypt", "weights.json", "--to", &to, "-o", "ciphertext.json"], at);
    assert_eq!(result(&["decrypt", "ciphertext.json", "--key", "key.json"], at), message);
    refused(&["decrypt", "ciphertext.json", "--key", "other.json"], at, "for another key, or was changed");
    let mut sealed = read(&at.join("ciphertext.json"));
    sealed["ciphertext"][0] = "1".into();
    fs::write(at.join("changed.json"), sealed.to_string()).unwrap();
    refused(&["decrypt", "changed.json", "--key", "key.json"], at, "for another key, or was changed");
    sealed["ciphertext"] = json!([]);
    fs::write(at.join("changed.json"), sealed.to_string()).unwrap();
    refused(&["decrypt", "changed.json", "--key", "key.json"], at, "has 0 elements");
    // A point of order two.
    refused(&["encrypt", "weights.json", "--to", "0,-1"], at, "its coordinates");
    let low = "0,21888242871839275222246405745257275088548364400416034343698204186575808495616";
    refused(&["encrypt", "weights.json", "--to", low], at, "a point of Baby Jubjub's subgroup");
}

#[test]
fn commitments_open_with_their_salt() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("values.json"), "[1, -2, 3]").unwrap();
    let made = result(&["commit", "values.json"], at);
    let (commitment, salt) = (made["commitment"].as_str().unwrap(), made["salt"].as_str().unwrap());
    assert_ne!(result(&["commit", "values.json"], at)["commitment"], commitment);
    result(&["commit", "values.json", "--salt", salt, "--check", commitment], at);
    refused(&["commit", "values.json", "--salt", "5", "--check", commitment], at, "the commitment is");
    fs::write(at.join("values.json"), "[1, -2, 4]").unwrap();
    refused(&["commit", "values.json", "--salt", salt, "--check", commitment], at, "the commitment is");
    fs::write(at.join("values.json"), "[[1], [2, 3]]").unwrap();
    refused(&["commit", "values.json"], at, "lists of different lengths");
}

#[test]
fn identifiers_are_those_of_ipfs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hello"), "hello world\n").unwrap();
    let made = result(&["cid", "hello"], folder.path());
    assert_eq!(made["cid"], "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");
    assert_eq!(made["bytes"], 12);
}

#[test]
fn a_proof_hands_parameters_and_outputs_to_their_recipient() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (model, input) = model(at);
    result(&["keygen", "-o", "key.json"], at);
    let run = [
        "run",
        model.to_str().unwrap(),
        "--input",
        input.to_str().unwrap(),
        "--scale",
        "10^2",
        "-o",
        "build",
    ];
    refused(&[run.as_slice(), &["--params-visibility", "encrypted"]].concat(), at, "--recipient");
    let options =
        ["--params-visibility", "encrypted", "--input-visibility", "hashed", "--recipient", "key.json"];
    let made = result(&[run.as_slice(), &options].concat(), at);
    assert!(made["commitments"]["input"].is_string());
    assert_eq!(result(&["verify", "build"], at)["outputs"], made["outputs"]);
    let weights = read(&at.join("build/weights.json"));
    let decrypted = result(&["decrypt", "build", "--key", "key.json"], at);
    for (signal, values) in decrypted.as_object().unwrap() {
        assert_eq!(*values, weights[signal], "{signal}");
    }
    assert_eq!(decrypted.as_object().unwrap().len() + 2, weights.as_object().unwrap().len());

    let options =
        ["--params-visibility", "hashed", "--output-visibility", "encrypted", "--recipient", "key.json"];
    let made = result(&[run.as_slice(), &options].concat(), at);
    let commitment = made["commitments"]["params"].as_str().unwrap();
    result(&["commit", "build", "--check", commitment], at);
    assert_eq!(result(&["decrypt", "build", "--key", "key.json"], at).as_object().unwrap().len(), 1);
    assert_eq!(result(&["verify", "build"], at)["outputs"], Value::Null);
}
