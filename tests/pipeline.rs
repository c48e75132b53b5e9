//! The whole pipeline on real models, with circom and snarkjs as oracles.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{json, model};
use tensorproof_oracles::{circom, expect_success, node, snarkjs};

/// What a row expects of a model.
struct Row {
    model: &'static str,
    file: &'static str,
    parameters: &'static str,
    public_signals: &'static str,
    /// Sample of `samples.npz`, and its class by the float model.
    sample: (&'static str, u64),
    most_constraints: u64,
}

fn run(row: &Row, dir: &Path) -> Value {
    json([
        "run".as_ref(),
        model(row.model, row.file).as_os_str(),
        "--input".as_ref(),
        model(row.model, "samples.npz").as_os_str(),
        "--sample".as_ref(),
        row.sample.0.as_ref(),
        "--calibrate".as_ref(),
        model(row.model, "samples.npz").as_os_str(),
        "--params-visibility".as_ref(),
        row.parameters.as_ref(),
        "--public-signals".as_ref(),
        row.public_signals.as_ref(),
        "--output".as_ref(),
        dir.as_os_str(),
    ])
}

/// Runs the pipeline, then lets stock circom compile the same circuit and snarkjs verify the same proof.
fn check(row: &Row) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let result = run(row, dir);
    assert_eq!(result["class"].as_u64(), Some(row.sample.1), "{result}");
    let total = result["constraints"]["total"].as_u64().unwrap();
    assert!(total <= row.most_constraints, "{total} constraints, expected at most {}", row.most_constraints);
    assert_eq!(result["proof_bytes"], 256);
    assert!(result["gas"].as_u64().unwrap() > 200_000);
    assert!(result["max_abs_error"].as_f64().unwrap() < 5.0, "{result}");

    // The cost model of `inspect` and of the planner is what the compiler counts.
    let settings: Value =
        serde_json::from_str(&fs::read_to_string(dir.join("settings.json")).unwrap()).unwrap();
    for key in ["quadratic", "linear"] {
        let layers = settings["layers"].as_array().unwrap();
        let told: u64 = layers.iter().map(|layer| layer[key].as_u64().unwrap()).sum();
        assert_eq!(Some(told), result["constraints"][key].as_u64(), "{key}");
    }

    let stock = expect_success(&circom(["circuit.circom", "--O1", "--r1cs", "-o", "."], dir));
    for (kind, key) in [("non-linear", "quadratic"), ("linear", "linear")] {
        let line = format!("\n{kind} constraints: {}\n", result["constraints"][key]);
        assert!(stock.contains(&line), "expected{line}in {stock}");
    }
    let verified = snarkjs(["groth16", "verify", "verification_key.json", "public.json", "proof.json"], dir);
    assert!(expect_success(&verified).contains("OK!"));
}

/// Compares our witness with the one that stock circom's program computes, signal by signal, on the `.sym` files.
fn check_witness(row: &Row) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    run(row, dir);
    let ours = dir.join("ours");
    fs::create_dir(&ours).unwrap();
    for file in ["circuit.r1cs", "circuit.sym", "witness.wtns"] {
        fs::rename(dir.join(file), ours.join(file)).unwrap();
    }
    expect_success(&circom(["circuit.circom", "--O1", "--r1cs", "--sym", "--wasm", "-o", "."], dir));
    let script = dir.join("circuit_js/generate_witness.js");
    expect_success(&node(&script, ["circuit_js/circuit.wasm", "input.json", "witness.wtns"], dir));
    let check = snarkjs(["wtns", "check", "ours/circuit.r1cs", "ours/witness.wtns"], dir);
    expect_success(&check);
    let (ours, stock) = (signals(&ours), signals(dir));
    let common = ours.iter().filter(|(name, _)| stock.contains_key(*name)).count();
    assert!(common > 1_000, "{common} signals are kept by both");
    for (name, value) in &ours {
        if let Some(expected) = stock.get(name) {
            assert_eq!(value, expected, "{name}");
        }
    }
}

/// Returns the value of every signal that has a wire, by name.
fn signals(dir: &Path) -> BTreeMap<String, String> {
    let exported = snarkjs(["wtns", "export", "json", "witness.wtns", "witness.json"], dir);
    expect_success(&exported);
    let values: Vec<String> =
        serde_json::from_str(&fs::read_to_string(dir.join("witness.json")).unwrap()).unwrap();
    fs::read_to_string(dir.join("circuit.sym"))
        .unwrap()
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(',');
            let wire: usize = fields.nth(1)?.parse().ok()?;
            Some((fields.nth(1)?.to_owned(), values[wire].clone()))
        })
        .collect()
}

#[test]
fn proves_mnist_mlp_with_fixed_parameters() {
    check(&Row {
        model: "mnist_mlp",
        file: "model.onnx",
        parameters: "fixed",
        public_signals: "plain",
        sample: ("0", 7),
        most_constraints: 3_000,
    });
}

/// With the digest the circuit has three public signals, and the contract takes the values all the same.
#[test]
fn proves_mnist_mlp_with_a_digest() {
    check(&Row {
        model: "mnist_mlp",
        file: "model.onnx",
        parameters: "fixed",
        public_signals: "digest",
        sample: ("0", 7),
        most_constraints: 11_000,
    });
}

#[test]
fn proves_mnist_mlp_with_private_parameters() {
    check(&Row {
        model: "mnist_mlp",
        file: "model.onnx",
        parameters: "private",
        public_signals: "plain",
        sample: ("3", 1),
        most_constraints: 30_000,
    });
}

#[test]
fn proves_mnist_poly() {
    check(&Row {
        model: "mnist_poly",
        file: "model.onnx",
        parameters: "private",
        public_signals: "plain",
        sample: ("1", 6),
        most_constraints: 30_000,
    });
}

#[test]
fn proves_mnist_cnn() {
    check(&Row {
        model: "mnist_cnn",
        file: "model.onnx",
        parameters: "private",
        public_signals: "plain",
        sample: ("2", 1),
        most_constraints: 200_000,
    });
}

#[test]
fn proves_mnist_mobilenet_block() {
    check(&Row {
        model: "mnist_mobilenet_block",
        file: "model.onnx",
        parameters: "private",
        public_signals: "plain",
        sample: ("4", 0),
        most_constraints: 500_000,
    });
}

#[test]
fn proves_mnist_lenet5() {
    check(&Row {
        model: "mnist_lenet5",
        file: "model.onnx",
        parameters: "private",
        public_signals: "plain",
        sample: ("5", 1),
        most_constraints: 500_000,
    });
}

#[test]
fn proves_a_keras_archive() {
    check(&Row {
        model: "mnist_cnn",
        file: "model.keras",
        parameters: "fixed",
        public_signals: "plain",
        sample: ("2", 1),
        most_constraints: 100_000,
    });
}

#[test]
fn proves_a_keras_hdf5_file() {
    check(&Row {
        model: "mnist_mobilenet_block",
        file: "model.h5",
        parameters: "fixed",
        public_signals: "plain",
        sample: ("4", 0),
        most_constraints: 500_000,
    });
}

#[test]
fn computes_the_witness_of_stock_circom() {
    check_witness(&Row {
        model: "mnist_mlp",
        file: "model.onnx",
        parameters: "fixed",
        public_signals: "plain",
        sample: ("6", 2),
        most_constraints: 3_000,
    });
}

#[test]
fn snarkjs_proves_with_our_key() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    run(
        &Row {
            model: "mnist_mlp",
            file: "model.onnx",
            parameters: "fixed",
            public_signals: "plain",
            sample: ("7", 8),
            most_constraints: 3_000,
        },
        dir,
    );
    let proved =
        snarkjs(["groth16", "prove", "circuit.zkey", "witness.wtns", "proof.json", "public.json"], dir);
    expect_success(&proved);
    json(["verify".as_ref(), dir.as_os_str()]);
}
