//! The values of cryptographic templates are those of circomlibjs, circomlib-ml, js-sha3 and node.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod harness;

use std::collections::BTreeMap;
use std::path::Path;

use harness::{Number, circuit, solve, stock};
use serde::Deserialize;
use tensorproof_circom::{Circuit, Level};
use tensorproof_oracles::{copy_folder, expect_success, node, package};
use tensorproof_r1cs::fr_to_decimal;

/// What a script of `tests/oracles` prints for an instance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    template: String,
    main: String,
    #[serde(rename = "in")]
    inputs: BTreeMap<String, Vec<Number>>,
    out: BTreeMap<String, Vec<Number>>,
}

/// Compares the outputs of circuits with those that a script computes.
fn check(script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles").join(script);
    // node looks for packages from the folder of a script upwards.
    let prelude = format!("module.paths.push('{}');\n", package("circomlibjs").parent().unwrap().display());
    let path = folder.path().join(script);
    std::fs::write(&path, prelude + &std::fs::read_to_string(text).unwrap()).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&expect_success(&node(&path, [""; 0], folder.path()))).unwrap();
    let mut circuits: BTreeMap<String, Circuit> = BTreeMap::new();
    for Row { template, main, inputs, out } in &rows {
        let program =
            format!("pragma circom 2.1.0;\ninclude \"tensorproof/{template}\";\ncomponent main = {main};\n");
        let circuit = circuits.entry(main.clone()).or_insert_with(|| circuit(&program, Level::O1));
        let witness = solve(circuit, inputs).unwrap_or_else(|| panic!("{main} {inputs:?}: no witness"));
        circuit.r1cs.check(&witness).unwrap();
        for port in circuit.outputs() {
            let expected: Vec<_> = out[&port.name].iter().map(Number::field).collect();
            let first = port.first.index();
            assert_eq!(witness.0[first..first + port.len()], expected, "{main} {inputs:?}");
        }
    }
}

#[test]
fn poseidon_agrees_with_circomlibjs() {
    check("poseidon.js");
}

#[test]
fn baby_jubjub_agrees_with_circomlibjs() {
    check("babyjub.js");
}

#[test]
fn mimc_agrees_with_circomlibjs() {
    check("mimc.js");
}

#[test]
fn mimc_encryption_agrees_with_circomlib_ml() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    copy_folder(&package("circomlib-ml").join("circuits"), &folder.join("circuits")).unwrap();
    let numbers = |values: &[i64]| -> Vec<Number> { values.iter().copied().map(Number::from).collect() };
    let compile = |main: &str| {
        let template = if main.starts_with("Encrypt") { "encrypt_bits" } else { "decrypt_bits" };
        let file = |include: &str| {
            format!("pragma circom 2.1.0;\ninclude \"{include}\";\ncomponent main = {main};\n")
        };
        let name = main.replace(['(', ')'], "");
        std::fs::write(folder.join(&name).with_extension("circom"), file("circuits/crypto/encrypt.circom"))
            .unwrap();
        stock::compile(folder, &name);
        (name, circuit(&file(&format!("tensorproof/crypto/{template}.circom")), Level::O1))
    };
    let (encrypt, ours_encrypts) = compile("EncryptBits(5)");
    let (decrypt, ours_decrypts) = compile("DecryptBits(5)");
    let plaintext = numbers(&[1, 0, -1, 1 << 40, -77]);
    let key = vec![Number::Large("0x1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef".into())];
    let inputs =
        BTreeMap::from([("plaintext".into(), plaintext.clone()), ("shared_key".into(), key.clone())]);
    let ours = solve(&ours_encrypts, &inputs).unwrap();
    let theirs = &stock::witnesses(folder, &[(encrypt, &inputs)])[0];
    let message = &ours.0[1..=6];
    assert_eq!(message, &theirs.0[1..=6]);

    let message = message.iter().map(|value| Number::Large(fr_to_decimal(value))).collect();
    let inputs = BTreeMap::from([("message".into(), message), ("shared_key".into(), key)]);
    let ours = solve(&ours_decrypts, &inputs).unwrap();
    let theirs = &stock::witnesses(folder, &[(decrypt, &inputs)])[0];
    assert_eq!(ours.0[1..=5], theirs.0[1..=5]);
    assert_eq!(ours.0[1..=5], plaintext.iter().map(Number::field).collect::<Vec<_>>());
}

#[test]
fn encryption_agrees_with_the_duplex_over_circomlibjs() {
    check("encryption.js");
}

#[test]
fn sha256_agrees_with_node() {
    check("sha256.js");
}

#[test]
fn keccak256_agrees_with_js_sha3() {
    check("keccak.js");
}

#[test]
fn eddsa_accepts_signatures_of_circomlibjs() {
    check("eddsa.js");
}
