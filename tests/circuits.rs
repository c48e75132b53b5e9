//! Circuits that people wrote themselves: compiled, solved and proven by the command, checked by snarkjs.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use support::{failure, json, tensorproof};
use tensorproof_oracles::{expect_success, snarkjs};

const CIRCUIT: &str = r#"pragma circom 2.2.0;
bus Point() { signal x; signal y; }
function quotient(a, b) {
    var q = 0;
    while (a >= b) { a -= b; q++; }
    return q;
}
template Main() {
    input Point() p;
    signal input n[2];
    signal output out;
    signal output q;
    log("p.x is", p.x);
    out <== p.x * p.y + n[1];
    q <-- quotient(n[0], 10);
    signal rest <== n[0] - 10 * q;
    rest * (rest - 1) * 0 === 0;
}
component main {public [n]} = Main();
"#;

fn write(folder: &Path) -> (String, String) {
    let (circuit, input) = (folder.join("points.circom"), folder.join("input.json"));
    fs::write(&circuit, CIRCUIT).unwrap();
    fs::write(&input, r#"{"p": {"x": 3, "y": "-5"}, "n": ["42", "0x10"]}"#).unwrap();
    (circuit.display().to_string(), input.display().to_string())
}

#[test]
fn any_circuit_is_compiled_solved_and_proven() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let (circuit, input) = write(dir);
    let compiled = json(["compile", &circuit]);
    assert_eq!(compiled["public_signals"], 4);
    assert!(dir.join("points.r1cs").is_file() && dir.join("points.sym").is_file());
    let constraints: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(dir.join("points_constraints.json")).unwrap()).unwrap();
    let count = compiled["constraints"]["quadratic"].as_u64().unwrap()
        + compiled["constraints"]["linear"].as_u64().unwrap();
    assert_eq!(constraints["constraints"].as_array().unwrap().len() as u64, count);
    let solved = json(["witness", &circuit, "--input", &input]);
    assert_eq!(solved["outputs"]["out"][0], "1");
    assert_eq!(solved["outputs"]["q"][0], "4");
    expect_success(&snarkjs(["wtns", "check", "points.r1cs", "witness.wtns"], dir));
    json(["setup", &circuit]);
    json(["prove", &circuit, "--input", &input]);
    json(["verify", &circuit]);
    let files = ["groth16", "verify", "verification_key.json", "public.json", "proof.json"];
    expect_success(&snarkjs(files, dir));
}

/// Keys belong to constraints, which depend on how much was simplified.
#[test]
fn a_circuit_is_proven_with_the_constraints_of_its_key() {
    for level in ["--O0", "--O1", "--O2"] {
        let folder = tempfile::tempdir().unwrap();
        let (circuit, input) = write(folder.path());
        json(["compile", &circuit, level]);
        let constraints = || fs::read(folder.path().join("points.r1cs")).unwrap();
        let written = constraints();
        json(["setup", &circuit]);
        json(["prove", &circuit, "--input", &input]);
        json(["verify", &circuit]);
        json(["witness", &circuit, "--input", &input]);
        assert!(constraints() == written, "{level}");
    }
}

#[test]
fn circuits_are_compiled_over_other_primes() {
    let folder = tempfile::tempdir().unwrap();
    let circuit = folder.path().join("last.circom");
    let text = "pragma circom 2.0.0;\ntemplate Last() { signal input a; signal output out; out <== a * a; }\ncomponent main = Last();\n";
    fs::write(&circuit, text).unwrap();
    let input = folder.path().join("input.json");
    // 2^32, whose square is 2^32 - 1 modulo 2^64 - 2^32 + 1.
    fs::write(&input, r#"{"a": "4294967296"}"#).unwrap();
    let (circuit, input) = (circuit.display().to_string(), input.display().to_string());
    json(["compile", &circuit, "--prime", "goldilocks"]);
    // The header of 8-byte elements: 4 + 8 bytes, five counts of 4 and one of 8.
    let r1cs = fs::read(folder.path().join("last.r1cs")).unwrap();
    assert_eq!(r1cs[16..24], 40u64.to_le_bytes()[..]);
    let solved = json(["witness", &circuit, "--input", &input, "--prime", "goldilocks"]);
    assert_eq!(solved["outputs"]["out"][0], "4294967295");
    assert!(failure(["compile", &circuit, "--prime", "bn254"]).contains("bn128"));
}

#[test]
fn levels_and_findings_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let (circuit, _) = write(dir);
    let full = json(["compile", &circuit, "--O0"]);
    let least = json(["compile", &circuit, "--O2"]);
    assert!(least["constraints"]["linear"].as_u64() < full["constraints"]["linear"].as_u64());
    assert!(least["eliminated"]["linear"].as_u64() > Some(0));
    let inspected = tensorproof(["compile", &circuit, "--inspect"]);
    let told = String::from_utf8_lossy(&inspected.stderr).into_owned();
    assert!(inspected.status.success());
    let counted = tensorproof(["compile", &circuit]);
    assert!(
        !String::from_utf8_lossy(&counted.stderr).contains("W0005"),
        "findings are shown with --inspect only"
    );
    let hint = dir.join("hint.circom");
    fs::write(&hint, "pragma circom 2.1.0;\ntemplate T() { signal input a; signal output b; b <-- a * a; assert(b > 0); }\ncomponent main = T();\n").unwrap();
    let inspected = tensorproof(["compile".as_ref(), hint.as_os_str(), "--inspect".as_ref()]);
    let told = told + &String::from_utf8_lossy(&inspected.stderr);
    for code in ["W0003", "W0004", "W0008", "W0009"] {
        assert!(told.contains(code), "{code} is missing in: {told}");
    }
}

#[test]
fn inputs_that_do_not_fit_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let (circuit, input) = write(dir);
    let rows = [
        (r#"{"p": {"x": 3}, "n": [1, 2]}"#, "p.y"),
        (r#"{"p": {"x": 3, "y": 1, "z": 2}, "n": [1, 2]}"#, "p.z"),
        (r#"{"p": {"x": 3, "y": 1.5}, "n": [1, 2]}"#, "1.5"),
        (r#"{"p": 3, "n": [1, 2]}"#, "`p` is a bus"),
        (r#"{"p": {"x": 3, "y": 1}, "n": [1]}"#, "expected 2"),
        ("[1]", "expected an object"),
        (r#"{"p": "#, "EOF"),
    ];
    for (text, word) in rows {
        fs::write(&input, text).unwrap();
        let message = failure(["witness", &circuit, "--input", &input]);
        assert!(message.contains(word), "expected `{word}` in: {message}");
    }
    assert!(!dir.join("witness.wtns").exists());
}
