//! Commands in folders that somebody else filled: what lies there under the names of our templates is not what is computed.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::folder::{read, refused, result, tensorproof};
use support::onnx;

const KEYS: [&str; 2] = ["key.json", "other.json"];

/// Writes files under all names that circuits of bundled templates are found by.
fn fill(folder: &Path, text: &str) {
    for (name, _) in tensorproof_templates::FILES {
        for path in [folder.join(name), folder.join(name.trim_start_matches("tensorproof/"))] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    for name in ["main.circom", "circuit.circom", "root.circom"] {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// Makes keys, a ciphertext and a commitment in one folder, and uses them in the other.
fn exchange(at: &Path, there: &Path) {
    let message = json!({ "w": [["-5", "7", "0"], ["1", "2", "3"]], "b": ["12345678901234567890", "-1"] });
    fs::write(at.join("weights.json"), message.to_string()).unwrap();
    for key in KEYS {
        result(&["keygen", "-o", key], at);
    }
    result(&["encrypt", "weights.json", "--to", "key.json", "-o", "ciphertext.json"], at);
    let made = result(&["commit", "weights.json", "--salt", "7"], at);
    for name in ["weights.json", "ciphertext.json", KEYS[0], KEYS[1]] {
        fs::copy(at.join(name), there.join(name)).unwrap();
    }
    assert_eq!(result(&["decrypt", "ciphertext.json", "--key", "key.json"], there), message);
    refused(&["decrypt", "ciphertext.json", "--key", "other.json"], there, "for another key, or was changed");
    let commitment = made["commitment"].as_str().unwrap();
    result(&["commit", "weights.json", "--salt", "7", "--check", commitment], there);
    for (salt, commitment) in [("8", commitment), ("7", "1")] {
        let check = ["commit", "weights.json", "--salt", salt, "--check", commitment];
        refused(&check, there, "the commitment is");
    }
    let mut changed = read(&at.join("ciphertext.json"));
    changed["tag"] = "1".into();
    fs::write(there.join("changed.json"), changed.to_string()).unwrap();
    refused(&["decrypt", "changed.json", "--key", "key.json"], there, "for another key, or was changed");
}

#[test]
fn keys_ciphertexts_and_commitments_do_not_depend_on_the_current_folder() {
    for makes_in_filled in [false, true] {
        let (clean, filled) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // What is read of them does not compile.
        fill(filled.path(), "no circom");
        if makes_in_filled {
            exchange(filled.path(), clean.path());
        } else {
            exchange(clean.path(), filled.path());
        }
    }
}

/// The attack that was seen: a key pair whose public key is the private one, and a commitment that takes any value.
#[test]
fn no_template_of_the_current_folder_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let key = "pragma circom 2.1.0;\ntemplate BabyPublicKey() { signal input in; signal input secret; signal output out[2]; \
               out[0] <== secret; out[1] <== secret; }\n";
    let sponge = "pragma circom 2.1.0;\ntemplate Commitment(size, n, offset, tag) { signal input in[size]; signal input salt; \
                  signal output out; out <== 1; }\n";
    fs::create_dir_all(at.join("tensorproof/crypto")).unwrap();
    fs::write(at.join("tensorproof/crypto/baby_public_key.circom"), key).unwrap();
    fs::write(at.join("tensorproof/crypto/commitment.circom"), sponge).unwrap();
    fs::write(at.join("values.json"), "[1, 2, 3]").unwrap();
    result(&["keygen", "-o", "key.json"], at);
    let key = read(&at.join("key.json"));
    assert_ne!(key["publicKey"][0], key["privateKey"]);
    assert_ne!(result(&["commit", "values.json", "--salt", "7"], at)["commitment"], "1");
    refused(&["commit", "values.json", "--salt", "7", "--check", "1"], at, "the commitment is");
}

const CIRCUIT: &str = "pragma circom 2.1.0;
include \"tensorproof/arith/is_zero.circom\";
template Main() {
    signal input a;
    signal output out;
    component zero = IsZero();
    zero.in <== a;
    out <== zero.out;
}
component main = Main();
";

#[test]
fn circuits_of_changed_templates_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("circuit.circom"), CIRCUIT).unwrap();
    fs::write(at.join("input.json"), r#"{"a": 5}"#).unwrap();
    let commands: [&[&str]; 5] = [
        &["compile", "circuit.circom"],
        &["setup", "circuit.circom"],
        &["witness", "circuit.circom", "--input", "input.json"],
        &["prove", "circuit.circom", "--input", "input.json"],
        &["verify", "circuit.circom"],
    ];
    // A warning is no progress, which `--quiet` hides, and machines read it too.
    let told = |arguments: &[&str]| {
        let output = tensorproof(&[arguments, &["--quiet", "--json"]].concat(), at);
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {talk}");
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let is_told = talk.contains("is not the template of this name");
        assert_eq!(
            json["warned"].to_string().contains("is not the template of this name"),
            is_told,
            "{json}"
        );
        is_told
    };
    result(&["templates", "--output", "."], at);
    for command in commands {
        assert!(!told(command), "{command:?}");
    }
    let file = at.join("tensorproof/arith/is_zero.circom");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("in * out === 0;"), "{text}");
    fs::write(&file, text.replace("in * out === 0;", "")).unwrap();
    for command in commands {
        // Verifying a proof takes no circuit.
        assert_eq!(told(command), command[0] != "verify", "{command:?}");
    }
}

/// In a model's folder nobody reads them before relying on them.
#[test]
fn circuits_of_models_with_changed_templates_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let identity: [&[f32]; 2] = [&[1.0, 0.0], &[0.0, 1.0]];
    fs::write(at.join("model.onnx"), onnx::gemm("fc", "x", "w", "y", &identity)).unwrap();
    fs::write(at.join("x.json"), r#"{ "x": [[1, 2]] }"#).unwrap();
    result(&["run", "model.onnx", "--input", "x.json", "--scale", "10^1", "-o", "build"], at);
    let file = at.join("build/tensorproof/arith/to_bits.circom");
    let text = fs::read_to_string(&file).unwrap();
    let line = text.lines().find(|line| line.contains("===")).unwrap();
    fs::write(&file, text.replace(line, "")).unwrap();
    let commands: [&[&str]; 5] = [
        &["compile", "build"],
        &["setup", "build"],
        &["witness", "build", "--input", "x.json"],
        &["prove", "build", "--input", "x.json"],
        &["prove", "build", "--batch", "x.json"],
    ];
    let expected = "to_bits.circom` is not the template of this name that this version has: line";
    for command in commands {
        for flags in [&[][..], &["--quiet"], &["--json", "--quiet"]] {
            refused(&[command, flags].concat(), at, expected);
            refused(&[command, flags].concat(), at, &format!("expected `{line}`"));
        }
    }
    fs::write(&file, text).unwrap();
    result(commands[3], at);
}
