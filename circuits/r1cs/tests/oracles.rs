//! circom's and snarkjs' files are read, and snarkjs reads ours.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use tensorproof_oracles::{expect_success, node, snarkjs};
use tensorproof_r1cs::{Fr, R1cs, Symbols, Unsatisfied, Wire, Witness};

const CIRCUIT: &str = "pragma circom 2.1.0;
template Square() { signal input in; signal output out; out <== in * in + 5; }
template Main() {
    signal input x;
    signal input y[2];
    signal output out;
    component squares[2];
    for (var i = 0; i < 2; i++) { squares[i] = Square(); squares[i].in <== x + 3 * y[i]; }
    out <== squares[0].out * squares[1].out - 7;
}
component main {public [y]} = Main();
";

/// Compiles with stock circom and computes a witness with the code that it generates.
fn compile(dir: &Path) {
    fs::write(dir.join("main.circom"), CIRCUIT).unwrap();
    let args = ["main.circom", "--r1cs", "--sym", "--wasm", "--O1"];
    expect_success(&tensorproof_oracles::circom(args, dir));
    fs::write(dir.join("input.json"), r#"{"x": "4", "y": ["1", "2"]}"#).unwrap();
    let generator = dir.join("main_js/generate_witness.js");
    expect_success(&node(&generator, ["main_js/main.wasm", "input.json", "main.wtns"], dir));
}

#[test]
fn exchanges_files_with_circom_and_snarkjs() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    compile(dir);
    let r1cs = <R1cs>::read(&fs::read(dir.join("main.r1cs")).unwrap()).unwrap();
    assert_eq!((r1cs.public_outputs, r1cs.public_inputs, r1cs.private_inputs), (1, 2, 1));
    let witness = <Witness>::read(&fs::read(dir.join("main.wtns")).unwrap()).unwrap();
    assert_eq!(r1cs.check(&witness), Ok(()));
    // (4 + 3)^2 + 5 = 54, (4 + 6)^2 + 5 = 105
    let out = Fr::from(54u64 * 105 - 7);
    assert_eq!(r1cs.public_values(&witness), [out, Fr::from(1u64), Fr::from(2u64)]);

    let symbols = Symbols::read(fs::read_to_string(dir.join("main.sym")).unwrap(), r1cs.wires).unwrap();
    let names = [1, 2, 3, 4].map(|wire| symbols.name(Wire(wire)).unwrap());
    assert_eq!(names, ["main.out", "main.y[0]", "main.y[1]", "main.x"]);

    let mut bytes = Vec::new();
    r1cs.write(&mut bytes).unwrap();
    fs::write(dir.join("ours.r1cs"), &bytes).unwrap();
    bytes.clear();
    witness.write(&mut bytes).unwrap();
    assert_eq!(bytes, fs::read(dir.join("main.wtns")).unwrap());
    fs::write(dir.join("ours.wtns"), &bytes).unwrap();
    let info = |file| expect_success(&snarkjs(["r1cs", "info", file], dir));
    assert_eq!(info("ours.r1cs"), info("main.r1cs"));
    expect_success(&snarkjs(["wtns", "check", "ours.r1cs", "ours.wtns"], dir));
    let json = |file| -> serde_json::Value {
        expect_success(&snarkjs(["r1cs", "export", "json", file, "system.json"], dir));
        serde_json::from_str(&fs::read_to_string(dir.join("system.json")).unwrap()).unwrap()
    };
    assert_eq!(json("ours.r1cs"), json("main.r1cs"));

    // Both refuse a wrong value, and name it.
    let mut wrong = witness;
    wrong.0[1] += Fr::from(1u64);
    assert!(matches!(r1cs.check(&wrong), Err(Unsatisfied::Row { .. })));
    bytes.clear();
    wrong.write(&mut bytes).unwrap();
    fs::write(dir.join("wrong.wtns"), &bytes).unwrap();
    assert!(!snarkjs(["wtns", "check", "ours.r1cs", "wrong.wtns"], dir).status.success());
}
