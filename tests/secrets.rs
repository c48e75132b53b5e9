//! Files with secrets are readable by their owner alone, whatever the umask and whatever was there before.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of files with parameters, inputs, salts, witnesses or keys in them.
const SECRETS: [&str; 5] = ["key.json", "plain.json", "weights.json", "input.json", "witness.wtns"];

/// Files that the user wrote.
const GIVEN: [&str; 4] = ["sample.json", "samples.json", "values.json", "product.circom"];

/// What each command is called and writes, in a folder where the files of those before it are.
const COMMANDS: [(&str, &[&str]); 15] = [
    ("keygen -o key.json", &["key.json"]),
    ("encrypt values.json --to key.json -o ciphertext.json", &["ciphertext.json"]),
    ("decrypt ciphertext.json --key key.json -o plain.json", &["plain.json"]),
    ("transpile MODEL -o fixed --params-visibility fixed", &["fixed/weights.json", "fixed/circuit.circom"]),
    ("run MODEL --input sample.json -o open --scale 10^2 --params-visibility public", &["open/weights.json"]),
    (
        "run MODEL --input sample.json -o build --scale 10^2 --params-visibility hashed --input-visibility hashed",
        &["build/weights.json", "build/input.json", "build/witness.wtns", "build/circuit.zkey"],
    ),
    ("witness build --input sample.json", &["build/input.json", "build/witness.wtns"]),
    ("prove build --input sample.json", &["build/input.json", "build/witness.wtns", "build/proof.json"]),
    ("prove build --batch samples.json", &["build/proofs/0.proof.json", "build/proofs/0.public.json"]),
    ("export-verifier build", &["build/Verifier.sol"]),
    ("compile product.circom", &["product.r1cs", "product.sym"]),
    ("setup product.circom", &["product.zkey", "verification_key.json"]),
    ("witness product.circom --input values.json", &["witness.wtns"]),
    ("prove product.circom --input values.json", &["witness.wtns", "proof.json", "public.json"]),
    ("setup ptau new --power 2 -o powers.ptau", &["powers.ptau"]),
];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Returns all files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn files_with_secrets_are_their_owners_alone() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("transpiler/tests/cases");
    let case: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(cases.join("conv_strides_pads.json")).unwrap()).unwrap();
    let model = cases.join("conv_strides_pads.onnx").display().to_string();
    for umask in [0o000, 0o077] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let sample = case["inputs"][0].to_string();
        fs::write(at.join("sample.json"), &sample).unwrap();
        fs::write(at.join("samples.json"), &sample).unwrap();
        fs::write(at.join("values.json"), r#"{"a": 3, "b": 4}"#).unwrap();
        let circuit = "pragma circom 2.1.0;\ntemplate Product() { signal input a; signal input b; signal output out; \
                       out <== a * b; }\ncomponent main = Product();\n";
        fs::write(at.join("product.circom"), circuit).unwrap();
        // What an earlier version or somebody else left open is closed.
        for name in
            ["plain.json", "witness.wtns", "build/weights.json", "build/input.json", "build/witness.wtns"]
        {
            let path = at.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        }
        for (line, expected) in COMMANDS {
            let words = line.split(' ').map(|word| if word == "MODEL" { model.as_str() } else { word });
            let output = Command::new("sh")
                .args(["-c", &format!("umask {umask:03o} && exec \"$0\" \"$@\"")])
                .arg(env!("CARGO_BIN_EXE_tensorproof"))
                .args(words)
                .current_dir(at)
                .output()
                .unwrap();
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            for name in expected {
                let path = at.join(name);
                let is_secret = SECRETS.iter().any(|secret| path.ends_with(secret));
                let expected = if is_secret { 0o600 } else { 0o644 & !umask };
                assert_eq!(mode(&path), expected, "umask {umask:03o}: {line}: {name}");
            }
        }
        let mut found = Vec::new();
        files(at, &mut found);
        for path in found.iter().filter(|path| !GIVEN.iter().any(|name| path.ends_with(name))) {
            let is_secret = SECRETS.iter().any(|secret| path.ends_with(secret));
            let expected = if is_secret { 0o600 } else { 0o644 & !umask };
            assert_eq!(mode(path), expected, "umask {umask:03o}: {}", path.display());
            assert!(!path.to_string_lossy().contains(".tensorproof-"), "{}", path.display());
        }
    }
}
