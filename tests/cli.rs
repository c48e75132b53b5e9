//! The command as users meet it: results, messages, exit codes, files that are there or not.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{failure, json, model, tensorproof};
use tensorproof_r1cs::{Fr, Witness};

/// A finished build of the smallest model, made once per test that needs one.
struct Build {
    _folder: tempfile::TempDir,
    dir: PathBuf,
}

fn build() -> Build {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("build");
    json([
        "run".as_ref(),
        model("mnist_mlp", "model.onnx").as_os_str(),
        "--input".as_ref(),
        model("mnist_mlp", "samples.npz").as_os_str(),
        "--params-visibility".as_ref(),
        "fixed".as_ref(),
        "--public-signals".as_ref(),
        "plain".as_ref(),
        "--output".as_ref(),
        dir.as_os_str(),
    ]);
    Build { _folder: folder, dir }
}

/// Transpiles and expects an error that contains each of `words`, and no artefact.
fn refuses(model: &Path, options: &[&str], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("build");
    let mut args = vec!["transpile".as_ref(), model.as_os_str(), "--output".as_ref(), dir.as_os_str()];
    args.extend(options.iter().map(std::ffi::OsStr::new));
    let message = failure(args);
    for word in words {
        assert!(message.contains(word), "expected `{word}` in: {message}");
    }
    assert!(!dir.join("circuit.circom").exists());
}

#[test]
fn every_stage_is_a_subcommand() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let samples = model("mnist_mlp", "samples.npz");
    json([
        "transpile".as_ref(),
        model("mnist_mlp", "model.onnx").as_os_str(),
        "--public-signals".as_ref(),
        "plain".as_ref(),
        "--output".as_ref(),
        dir.as_os_str(),
        "--calibrate".as_ref(),
        samples.as_os_str(),
        "--params-visibility".as_ref(),
        "fixed".as_ref(),
    ]);
    let compiled = json(["compile".as_ref(), dir.as_os_str()]);
    assert!(compiled["constraints"]["quadratic"].as_u64().unwrap() > 100);
    assert!(compiled["wires"].as_u64().unwrap() > 784);
    json(["setup".as_ref(), dir.as_os_str()]);
    let witness = json([
        "witness".as_ref(),
        dir.as_os_str(),
        "--input".as_ref(),
        samples.as_os_str(),
        "--sample".as_ref(),
        "1".as_ref(),
    ]);
    assert_eq!(witness["class"], 6);
    let proved = json(["prove".as_ref(), dir.as_os_str()]);
    assert_eq!(proved["proof_bytes"], 256);
    assert_eq!(proved["public_signals"].as_u64().unwrap(), 794);
    assert_eq!(json(["verify".as_ref(), dir.as_os_str()])["valid"], true);
    json(["export-verifier".as_ref(), dir.as_os_str()]);
    assert!(fs::read_to_string(dir.join("Verifier.sol")).unwrap().contains("contract Verifier"));
    let inspected = json(["inspect".as_ref(), dir.as_os_str()]);
    assert!(inspected["layers"].as_array().unwrap().len() >= 3);
}

#[test]
fn ops_lists_operators() {
    let listed = json(["ops"]);
    let names: Vec<&str> =
        listed["operators"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    for name in ["Conv", "Gemm", "MatMul", "Relu", "MaxPool", "Softmax"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn refuses_a_changed_public_signal() {
    let build = build();
    let path = build.dir.join("public.json");
    let mut signals: Vec<String> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    signals[0] = (signals[0].parse::<u64>().unwrap_or(0) + 1).to_string();
    fs::write(&path, serde_json::to_string(&signals).unwrap()).unwrap();
    let message = failure(["verify".as_ref(), build.dir.as_os_str()]);
    assert!(message.contains("proof"), "{message}");
}

#[test]
fn refuses_artefacts_that_are_damaged() {
    let build = build();
    for name in ["circuit.zkey", "proof.json", "public.json", "verification_key.json", "witness.wtns"] {
        let path = build.dir.join(name);
        let whole = fs::read(&path).unwrap();
        let command = if matches!(name, "circuit.zkey" | "witness.wtns") { "prove" } else { "verify" };
        for length in [0, 3, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..length]).unwrap();
            let message = failure([command.as_ref(), build.dir.as_os_str()]);
            assert!(message.contains(name), "{name} cut to {length}: {message}");
        }
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn refuses_a_damaged_model() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(model("mnist_mlp", "model.onnx")).unwrap();
    let path = folder.path().join("cut.onnx");
    for length in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        refuses(&path, &["--scale", "10^2"], &["cut.onnx"]);
    }
    refuses(&folder.path().join("absent.onnx"), &[], &["absent.onnx"]);
}

#[test]
fn refuses_an_input_of_another_shape() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input.json");
    fs::write(&input, "[[0.5, 0.5], [0.5, 0.5]]").unwrap();
    let message = failure([
        "run".as_ref(),
        model("mnist_mlp", "model.onnx").as_os_str(),
        "--input".as_ref(),
        input.as_os_str(),
        "--output".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert!(message.contains("28"), "{message}");
}

#[test]
fn refuses_an_input_out_of_range() {
    let build = build();
    let input = build.dir.join("bright.json");
    let row = vec![vec![255.0]; 28];
    fs::write(&input, serde_json::to_string(&vec![row; 28]).unwrap()).unwrap();
    let message = failure(["witness".as_ref(), build.dir.as_os_str(), "--input".as_ref(), input.as_os_str()]);
    assert!(message.contains("255"), "{message}");
}

#[test]
fn refuses_options_that_make_no_sense() {
    let model = model("mnist_mlp", "model.onnx");
    for scale in ["0", "10^", "10^0", "10^999", "3^2", "-10^2"] {
        refuses(&model, &["--scale", scale], &[scale]);
    }
    refuses(&model, &["--input-check", "verifier", "--input-visibility", "private"], &["--input-check"]);
    refuses(&model, &["--input-range", "1,0"], &["1,0"]);
    refuses(&model, &["--input-range", "0,nan"], &["nan"]);
}

#[test]
fn names_the_missing_stage() {
    let folder = tempfile::tempdir().unwrap();
    let message = failure(["prove".as_ref(), folder.path().as_os_str()]);
    assert!(message.contains("hint: `tensorproof"), "{message}");
}

#[test]
fn says_when_the_folder_cannot_be_written() {
    // A file where the folder should be: refused for every user, root included.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let message = failure([
        "transpile".as_ref(),
        model("mnist_mlp", "model.onnx").as_os_str(),
        "--scale".as_ref(),
        "10^2".as_ref(),
        "--output".as_ref(),
        file.join("build").as_os_str(),
    ]);
    assert!(message.contains("could not be written"), "{message}");
}

#[test]
fn same_options_give_the_same_circuit() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let dir = folder.path().join(name);
        json([
            "transpile".as_ref(),
            model("mnist_cnn", "model.onnx").as_os_str(),
            "--calibrate".as_ref(),
            model("mnist_cnn", "samples.npz").as_os_str(),
            "--output".as_ref(),
            dir.as_os_str(),
        ]);
        json(["compile".as_ref(), dir.as_os_str()]);
        ["circuit.circom", "weights.json", "settings.json", "circuit.r1cs", "circuit.sym"]
            .map(|file| fs::read(dir.join(file)).unwrap())
    };
    assert!(make("first") == make("second"));
}

#[test]
fn respects_no_color() {
    let output = tensorproof(["prove", "nowhere"]);
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn refuses_a_forged_witness_and_names_the_layer() {
    let build = build();
    let path = build.dir.join("witness.wtns");
    let mut witness: Witness = Witness::read(&fs::read(&path).unwrap()).unwrap();
    // The last wires belong to the last layers.
    let last = witness.0.len() - 1;
    witness.0[last] += Fr::from(1u64);
    let mut bytes = Vec::new();
    witness.write(&mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    let before = fs::read(build.dir.join("proof.json")).unwrap();
    let message = failure(["prove".as_ref(), build.dir.as_os_str()]);
    assert!(message.contains("does not satisfy the circuit") && message.contains("`main.dense"), "{message}");
    assert_eq!(fs::read(build.dir.join("proof.json")).unwrap(), before);
}

#[test]
fn names_the_layer_whose_values_leave_their_range() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let samples = model("mnist_mlp", "samples.npz");
    json([
        "transpile".as_ref(),
        model("mnist_mlp", "model.onnx").as_os_str(),
        "--calibrate".as_ref(),
        samples.as_os_str(),
        "--public-signals".as_ref(),
        "plain".as_ref(),
        "--output".as_ref(),
        dir.as_os_str(),
    ]);
    let path = dir.join("weights.json");
    let mut weights: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    weights["dense_1_bias"][0] = "1000000000000".into();
    fs::write(&path, weights.to_string()).unwrap();
    let message = failure(["witness".as_ref(), dir.as_os_str(), "--input".as_ref(), samples.as_os_str()]);
    for word in ["main.dense_1_relu[0]", "sequential_1/dense_1/Relu", "Relu", "[0, "] {
        assert!(message.contains(word), "expected `{word}` in: {message}");
    }
}

#[test]
fn checks_the_range_of_a_private_input_in_the_circuit() {
    let folder = tempfile::tempdir().unwrap();
    let result = json([
        "run".as_ref(),
        model("mnist_mlp", "model.onnx").as_os_str(),
        "--input".as_ref(),
        model("mnist_mlp", "samples.npz").as_os_str(),
        "--input-visibility".as_ref(),
        "private".as_ref(),
        "--params-visibility".as_ref(),
        "fixed".as_ref(),
        "--public-signals".as_ref(),
        "plain".as_ref(),
        "--output".as_ref(),
        folder.path().as_os_str(),
    ]);
    assert_eq!(result["public_signals"], 10);
    assert!(result["constraints"]["quadratic"].as_u64().unwrap() > 784 * 7);
}

#[test]
fn refuses_a_public_input_out_of_range_though_its_proof_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let samples = model("mnist_mlp", "samples.npz");
    json([
        "run".as_ref(),
        model("mnist_mlp", "model.onnx").as_os_str(),
        "--input".as_ref(),
        samples.as_os_str(),
        "--input-range".as_ref(),
        "0,2".as_ref(),
        "--params-visibility".as_ref(),
        "fixed".as_ref(),
        "--output".as_ref(),
        dir.as_os_str(),
    ]);
    json(["verify".as_ref(), dir.as_os_str(), "--evm".as_ref()]);
    // The same statement, read with settings that allow less.
    let path = dir.join("settings.json");
    let mut settings: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    settings["inputs"][0]["high"] = "50".into();
    fs::write(&path, settings.to_string()).unwrap();
    let message = failure(["verify".as_ref(), dir.as_os_str()]);
    assert!(message.contains("expected 0 to 50"), "{message}");

    // By default so many values are known by their digest, which another value does not have.
    let path = dir.join("public_values.json");
    let mut values: Vec<String> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(values.len(), 794);
    values[700] = "1".into();
    fs::write(&path, serde_json::to_string(&values).unwrap()).unwrap();
    let message = failure(["verify".as_ref(), dir.as_os_str()]);
    assert!(message.contains("is not the digest of `public_values.json`"), "{message}");
}

#[test]
fn works_without_calibration_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let path = model("mnist_mlp", "model.onnx");
    let made = json(["transpile".as_ref(), path.as_os_str(), "--output".as_ref(), folder.path().as_os_str()]);
    assert_eq!(made["samples"], 16);
    let inspected = json(["inspect".as_ref(), path.as_os_str(), "--scale".as_ref(), "max".as_ref()]);
    assert!(inspected["layers"].as_array().unwrap().len() >= 3);
}

#[test]
fn readme_names_commands_that_exist() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let help = String::from_utf8(tensorproof(["--help"]).stdout).unwrap();
    let mut found = 0;
    for line in readme.lines().filter_map(|line| line.strip_prefix("tensorproof ")) {
        let command = line.split(' ').next().unwrap();
        assert!(help.contains(&format!("\n  {command}")), "`{command}` of the README is not in --help");
        found += 1;
    }
    assert!(found >= 4);
    assert!(readme.contains("cargo xtask test") && readme.contains("cargo run --release -- run "));
}

#[test]
fn many_inputs_are_proven_with_one_key_and_verified_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let circuit = folder.path().join("product.circom");
    let text = "template P() { signal input x; signal input y; signal output out; out <== x * y; }";
    fs::write(&circuit, format!("pragma circom 2.1.0; {text} component main = P();")).unwrap();
    let inputs = folder.path().join("inputs");
    fs::create_dir(&inputs).unwrap();
    for (name, x) in [("first", 3), ("second", 5), ("third", 7)] {
        fs::write(inputs.join(format!("{name}.json")), format!(r#"{{"x": {x}, "y": 11}}"#)).unwrap();
    }
    json(["compile".as_ref(), circuit.as_os_str(), "--r1cs".as_ref(), "--sym".as_ref()]);
    json(["setup".as_ref(), circuit.as_os_str()]);
    let proved = json(["prove".as_ref(), circuit.as_os_str(), "--batch".as_ref(), inputs.as_os_str()]);
    assert_eq!(proved["proofs"], serde_json::json!(["first", "third", "second"]));
    let proofs = folder.path().join("proofs");
    let verify = ["verify".as_ref(), circuit.as_os_str(), "--batch".as_ref(), proofs.as_os_str()];
    assert_eq!(json(verify)["valid"], true);
    let vk = folder.path().join("verification_key.json");
    json(["verify".as_ref(), "--vk".as_ref(), vk.as_os_str(), "--batch".as_ref(), proofs.as_os_str()]);
    let told = support::tensorproof(verify);
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("the key was made on one machine, for development"), "{told}");
    // What is called like a proof, or belongs to one, is not passed over.
    let fourth = proofs.join("fourth.proof.json");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", &fourth).unwrap();
        assert!(failure(verify).contains("fourth.proof.json`: is no file"));
        fs::remove_file(&fourth).unwrap();
    }
    fs::create_dir(&fourth).unwrap();
    assert!(failure(verify).contains("fourth.proof.json`: is no file"));
    fs::remove_dir(&fourth).unwrap();
    for name in ["fourth.public.json", "fourth.public_values.json"] {
        fs::write(proofs.join(name), r#"["33"]"#).unwrap();
        assert!(failure(verify).contains(&format!("{name}`: is of a proof that is not there")));
        fs::remove_file(proofs.join(name)).unwrap();
    }

    // One statement exchanged, another not in the field.
    fs::write(proofs.join("first.public.json"), r#"["34"]"#).unwrap();
    let order = "21888242871839275222246405745257275088548364400416034343698204186575808495617";
    fs::write(proofs.join("third.public.json"), format!(r#"["{order}"]"#)).unwrap();
    let message = failure(verify);
    assert!(message.contains("2 of 3 proofs are not valid: `third`"), "{message}");
    assert!(message.contains("`first`") && !message.contains("`second`"), "{message}");
    fs::remove_file(proofs.join("second.public.json")).unwrap();
    assert!(failure(verify).contains("second.public.json"));

    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let none = failure(["prove".as_ref(), circuit.as_os_str(), "--batch".as_ref(), empty.as_os_str()]);
    assert!(none.contains("has no input"), "{none}");
    assert!(failure(["verify".as_ref(), "--vk".as_ref(), vk.as_os_str()]).contains("--proof"));
}

#[test]
fn samples_of_one_file_are_proven_with_one_key() {
    let build = build();
    let samples = model("mnist_mlp", "samples.npz");
    let proved = json(["prove".as_ref(), build.dir.as_os_str(), "--batch".as_ref(), samples.as_os_str()]);
    assert!(proved["proofs"].as_array().unwrap().len() > 1);
    let proofs = build.dir.join("proofs");
    json(["verify".as_ref(), build.dir.as_os_str(), "--batch".as_ref(), proofs.as_os_str()]);
    // What the build directory itself holds is as it was.
    json(["verify".as_ref(), build.dir.as_os_str()]);
    let profiled = json(["prove".as_ref(), build.dir.as_os_str(), "--profile".as_ref()]);
    assert!(profiled["profile"]["sum H"].as_f64().unwrap() > 0.0);
}

#[test]
fn proofs_of_constant_work_are_like_any_others() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("build");
    let (model, samples) = (model("mnist_mlp", "model.onnx"), model("mnist_mlp", "samples.npz"));
    json([
        "run".as_ref(),
        model.as_os_str(),
        "--input".as_ref(),
        samples.as_os_str(),
        "--params-visibility".as_ref(),
        "fixed".as_ref(),
        "--output".as_ref(),
        dir.as_os_str(),
        "--constant-work".as_ref(),
    ]);
    json(["verify".as_ref(), dir.as_os_str(), "--evm".as_ref()]);
    for more in [vec![], vec!["--profile"], vec!["--batch", samples.to_str().unwrap()]] {
        let mut args = vec!["prove", dir.to_str().unwrap(), "--constant-work"];
        args.extend(more);
        json(args);
        json(["verify".as_ref(), dir.as_os_str()]);
    }
    let proofs = dir.join("proofs");
    json(["verify".as_ref(), dir.as_os_str(), "--batch".as_ref(), proofs.as_os_str()]);
}
