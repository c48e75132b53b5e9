//! A ceremony by the command, with snarkjs taking its turns and checking what comes of it.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use support::{failure, json, tensorproof};
use tensorproof_oracles::{expect_success, snarkjs};

const CIRCUIT: &str = "pragma circom 2.1.0;
template Product() {
    signal input a;
    signal input b;
    signal output out;
    signal square <== a * a - 3 * b;
    out <== square * b + 7;
}
component main {public [b]} = Product();
";

fn stderr(args: &[&str]) -> String {
    let output = tensorproof(args);
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

fn powers(dir: &Path) -> String {
    let ptau = dir.join("powers.ptau").display().to_string();
    json(["setup", "ptau", "new", "--power", "8", "-o", &ptau]);
    let first = json(["setup", "ptau", "contribute", &ptau, "--name", "one", "--entropy", "some text"]);
    assert_eq!(first["hash"].as_str().unwrap().len(), 128);
    let args = ["powersoftau", "contribute", "powers.ptau", "theirs.ptau", "--name=two", "-e=entropy"];
    expect_success(&snarkjs(args, dir));
    let theirs = dir.join("theirs.ptau").display().to_string();
    json(["setup", "ptau", "beacon", &theirs, "--hash", "0102030405", "--name", "three", "-o", &ptau]);
    ptau
}

#[test]
fn a_ceremony_ends_in_a_key_that_all_accept() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = |name: &str| dir.join(name).display().to_string();
    let (circuit, input) = (path("product.circom"), path("input.json"));
    fs::write(&circuit, CIRCUIT).unwrap();
    fs::write(&input, r#"{"a": 4, "b": 5}"#).unwrap();
    json(["compile", &circuit]);
    let ptau = powers(dir);
    let message = failure(["setup", &circuit, "--ptau", &ptau]);
    assert!(message.contains("not prepared") && message.contains("setup ptau prepare"), "{message}");
    json(["setup", "ptau", "prepare", &ptau]);
    let small = path("small.ptau");
    json(["setup", "ptau", "truncate", &ptau, "--power", "4", "-o", &small]);
    for file in [&ptau, &small] {
        let verified = json(["setup", "verify", "--ptau", file]);
        let names: Vec<_> =
            verified["powers"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["one", "two", "three"]);
        assert_eq!(verified["powers"][2]["beacon"], "0102030405");
        expect_success(&snarkjs(["powersoftau", "verify", file], dir));
    }

    let started = json(["setup", &circuit, "--ptau", &small]);
    assert_eq!(started["origin"], "ceremony");
    assert!(!dir.join("verification_key.json").exists());
    assert!(failure(["setup", "verify", &circuit, "--ptau", &small]).contains("there is none"));
    assert!(failure(["setup", "export-vk", &circuit]).contains("`gamma` equals `delta`"));
    assert!(stderr(&["prove", &circuit, "--input", &input]).contains("nobody has contributed"));

    let key = path("product.zkey");
    let first = json(["setup", "contribute", &circuit, "--name", "Ada"]);
    let args = ["zkey", "contribute", "product.zkey", "theirs.zkey", "--name=Ben", "-e=entropy"];
    expect_success(&snarkjs(args, dir));
    json(["setup", "contribute", &path("theirs.zkey"), "--name", "Cleo", "-o", &key]);
    json(["setup", "beacon", &circuit, "--hash", "0xfeed", "--iterations", "11"]);
    let verified = json(["setup", "verify", &circuit, "--ptau", &small]);
    assert_eq!(verified["contributions"][0]["hash"], first["hash"]);
    let names = ["Ada", "Ben", "Cleo"].map(serde_json::Value::from);
    for (index, name) in names.iter().enumerate() {
        assert_eq!(&verified["contributions"][index]["name"], name);
    }
    assert_eq!(verified["contributions"][3]["beacon"], "feed");
    let told =
        expect_success(&snarkjs(["zkey", "verify", "product.r1cs", "small.ptau", "product.zkey"], dir));
    assert!(told.contains("ZKey Ok!"), "{told}");

    json(["setup", "export-vk", &circuit]);
    for args in
        [&["prove", &circuit, "--input", &input][..], &["verify", &circuit], &["export-verifier", &circuit]]
    {
        let told = stderr(args);
        assert!(!told.contains("warning"), "{told}");
    }
    let files = ["groth16", "verify", "verification_key.json", "public.json", "proof.json"];
    expect_success(&snarkjs(files, dir));

    // Nothing that cannot be made again is overwritten.
    for args in [&["setup", &circuit][..], &["setup", &circuit, "--ptau", &small]] {
        assert!(failure(args).contains("key of a ceremony with 4 contributions"));
    }
    json(["setup", "verify", &circuit, "--ptau", &small]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = |name: &str| dir.join(name).display().to_string();
    let (circuit, input, ptau) = (path("product.circom"), path("input.json"), path("powers.ptau"));
    fs::write(&circuit, CIRCUIT).unwrap();
    fs::write(&input, r#"{"a": 4, "b": 5}"#).unwrap();
    for power in ["0", "28", "29"] {
        assert!(failure(["setup", "ptau", "new", "--power", power, "-o", &ptau]).contains("1 to 27"));
    }
    assert!(!dir.join("powers.ptau").exists());
    json(["setup", "ptau", "new", "--power", "3", "-o", &ptau]);
    assert!(failure(["setup", "verify", "--ptau", &ptau]).contains("contributions: there is none"));
    for hash in ["", "1", "xy", "+1"] {
        let message = failure(["setup", "ptau", "beacon", &ptau, "--hash", hash]);
        assert!(message.contains("hexadecimal"), "{message}");
    }
    // A development key says so wherever it is used, and takes no contribution.
    assert!(stderr(&["setup", &circuit]).contains("for development"));
    for args in
        [&["prove", &circuit, "--input", &input][..], &["verify", &circuit], &["export-verifier", &circuit]]
    {
        assert!(stderr(args).contains("for development"));
    }
    let before = fs::read(dir.join("product.zkey")).unwrap();
    assert!(failure(["setup", "contribute", &circuit]).contains("made by one machine"));
    assert_eq!(fs::read(dir.join("product.zkey")).unwrap(), before);

    json(["setup", "ptau", "contribute", &ptau]);
    json(["setup", "ptau", "prepare", &ptau]);
    json(["compile", &circuit]);
    json(["setup", &circuit, "--ptau", &ptau]);
    json(["setup", "contribute", &circuit]);
    json(["setup", "verify", &circuit, "--ptau", &ptau]);
    // Another key's verifying key.
    let other = fs::read_to_string(dir.join("verification_key.json")).unwrap();
    json(["setup", "contribute", &circuit]);
    fs::write(dir.join("verification_key.json"), other).unwrap();
    let message = failure(["setup", "verify", &circuit, "--ptau", &ptau]);
    assert!(message.contains("not the verifying key of the proving key"), "{message}");
    // A byte of the powers.
    let mut bytes = fs::read(&ptau).unwrap();
    bytes[200] ^= 1;
    fs::write(&ptau, bytes).unwrap();
    let message = failure(["setup", "verify", &circuit, "--ptau", &ptau]);
    assert!(message.contains("powers.ptau`: tauG1: found another point"), "{message}");
}
