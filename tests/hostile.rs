//! Models and build directories of others: names that would be source or terminal sequences, and files with something left out
//! or put in.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use ark_std::rand::rngs::OsRng;
use serde_json::{Value, json};
use support::onnx::{gemm, slice};
use support::{failure, json, tensorproof};
use tensorproof_circom::{Circuit, Inputs, Options, Sources, compile};
use tensorproof_contracts::digest;
use tensorproof_groth16::{Prover, ProvingKey, proof_to_json, public_to_json, verifying_key_from_json};
use tensorproof_r1cs::{Fr, Witness};

/// A name of six lines: the comment that it was put into ends, and so does `Model()`, with outputs of a free choice.
const FORGERY: &str = "x\n    signal input x[2];\n    signal output out[2];\n    out[0] <-- x[0];\n    out[1] <-- x[1];\n}\ntemplate Honest() {\n    //a/x/y";

const IDENTITY: [&[f32]; 2] = [&[1.0, 0.0], &[0.0, 1.0]];

fn arguments<'a>(command: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [[command].as_slice(), rest].concat()
}

/// A model with an input, and a folder for what is made of it.
struct Case {
    folder: tempfile::TempDir,
    input: &'static str,
}

impl Case {
    fn new(model: &[u8], input: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("model.onnx"), model).unwrap();
        fs::write(folder.path().join("x.json"), input.to_string()).unwrap();
        Self { folder, input: "x.json" }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn run(&self, options: &[&str]) -> Value {
        let (model, input, dir) = (self.text("model.onnx"), self.text(self.input), self.text("dir"));
        let own = ["--input", &input, "--scale", "10^1", "-o", &dir];
        json([arguments("run", &[&model]).as_slice(), &own, options].concat())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn value(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    fn write(&self, name: &str, value: &Value) {
        fs::write(self.path(name), value.to_string()).unwrap();
    }

    /// Expects that a command on the build directory fails with a message.
    fn fails(&self, command: &str, options: &[&str], expected: &str) {
        let dir = self.text("dir");
        let message = failure([arguments(command, &[&dir]).as_slice(), options].concat());
        assert!(message.contains(expected), "{command} {options:?}: {message}");
    }
}

/// A name that replaces the model by a circuit with free wires is no source: a witness with other outputs has no proof.
#[test]
fn a_name_of_six_lines_does_not_replace_the_model() {
    let case = Case::new(&gemm("fc", FORGERY, "w", "y", &IDENTITY), &json!([[0.5, 0.2]]));
    let plain = Case::new(&gemm("fc", "x", "w", "y", &IDENTITY), &json!([[0.5, 0.2]]));
    let options = ["--params-visibility", "fixed", "--input-range", "0,1", "--public-signals", "plain"];
    let (made, expected) = (case.run(&options), plain.run(&options));
    assert_eq!(made["constraints"], expected["constraints"]);
    assert_eq!(case.read("dir/circuit.circom"), plain.read("dir/circuit.circom"));
    assert_eq!(case.value("dir/settings.json")["inputs"][0]["name"], FORGERY);

    let path = case.path("dir/witness.wtns");
    let mut witness: Witness = Witness::read(&fs::read(&path).unwrap()).unwrap();
    witness.0[1] += Fr::from(1u64);
    let mut bytes = Vec::new();
    witness.write(&mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    case.fails("prove", &[], "does not satisfy the circuit");
}

/// The same with a statement around the model: seals, the digest, and what bounties for outputs need.
#[test]
fn hostile_names_make_the_statements_of_harmless_ones() {
    let rows: [&[&str]; 3] = [
        &["--input-visibility", "hashed", "--params-visibility", "fixed", "--public-signals", "digest"],
        &["--input-visibility", "hashed", "--params-visibility", "hashed", "--output-visibility", "hashed"],
        &["--params-visibility", "public", "--batch", "2"],
    ];
    let input = json!([[0.5, 0.2], [0.1, 1.0]]);
    let plain = gemm("n", "v", "w", "y", &IDENTITY);
    for (row, names) in
        rows.iter().zip([[FORGERY, "*/"], ["fc_weights", "inputSalt"], ["class", "\u{2028}Model"]])
    {
        let [name, other] = names;
        let case = Case::new(&gemm(other, name, "fc_bias\r", "out\0", &IDENTITY), &input);
        let plain = Case::new(&plain, &input);
        let (made, expected) = (case.run(row), plain.run(row));
        assert_eq!(made["constraints"], expected["constraints"], "{names:?}");
        assert_eq!(
            made["outputs"].as_object().unwrap().values().next(),
            expected["outputs"].as_object().unwrap().values().next()
        );
        assert!(made["outputs"]["out\0"].is_array());
        let circuit = case.read("dir/circuit.circom");
        assert!(circuit.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "{circuit}");
        assert_eq!(circuit.lines().count(), plain.read("dir/circuit.circom").lines().count());
        json(["verify", &case.text("dir"), "--evm"]);
    }
}

/// Returns the circuit of a build directory.
fn circuit(dir: &Path) -> Circuit {
    let sources = Sources::from_path(&dir.join("circuit.circom"));
    compile(sources, Options::default()).map_err(|problems| problems.render(false)).unwrap()
}

const RANGES: [&str; 6] =
    ["--params-visibility", "fixed", "--input-range", "0,10", "--public-signals", "digest"];

/// A pixel of 127 for at most 100: the last value, which is zero, is left off the list that is hashed to the challenge. The
/// proof is valid, and the sum is the same.
fn short_values(case: &Case) -> [String; 3] {
    let dir = case.path("dir");
    let circuit = circuit(&dir);
    let settings = case.value("dir/settings.json");
    let signal = settings["inputs"][0]["signal"].as_str().unwrap().to_owned();
    let mut inputs = Inputs::from([(signal.clone(), vec![Fr::from(127u64), Fr::from(0u64)])]);
    inputs.insert("publicChallenge".to_owned(), vec![Fr::from(0u64)]);
    let names = ["out".to_owned(), signal];
    let (witness, values) = circuit.witness_with_signals(&inputs, &names).unwrap();
    let values: Vec<Fr> = values.into_iter().flatten().flatten().collect();
    assert_eq!(values.len(), 4);
    let short = &values[..3];
    let vk = verifying_key_from_json(&case.read("dir/verification_key.json")).unwrap();
    let hash = circuit.r1cs.public_values(&witness)[0];
    let challenge = digest::challenge(digest::domain(&vk, ""), hash, short);
    inputs.insert("publicChallenge".to_owned(), vec![challenge]);
    let witness = circuit.witness(&inputs).unwrap();
    let key = ProvingKey::open(&dir.join("circuit.zkey"), None).unwrap();
    let proof = Prover::new(&key, &circuit.r1cs).unwrap().prove(&witness, &mut OsRng).unwrap();
    [proof_to_json(&proof), public_to_json(circuit.r1cs.public_values(&witness)), public_to_json(short)]
}

#[test]
fn values_left_off_the_end_do_not_skip_the_range_check() {
    let case = Case::new(&gemm("fc", "x", "w", "y", &IDENTITY), &json!([[0.5, 0.2]]));
    case.run(&RANGES);
    let names = ["proof.json", "public.json", "public_values.json"];
    let files = short_values(&case);
    for (name, text) in names.iter().zip(&files) {
        fs::write(case.path(&format!("dir/{name}")), text).unwrap();
    }
    let expected = "`public_values.json` has 3 values, expected the 4 of the circuit";
    case.fails("verify", &[], expected);
    case.fails("verify", &["--evm"], expected);
    case.fails("export-calldata", &[], expected);

    let proofs = case.path("proofs");
    fs::create_dir(&proofs).unwrap();
    for (name, text) in names.iter().zip(&files) {
        fs::write(proofs.join(format!("0.{name}")), text).unwrap();
    }
    case.fails("verify", &["--batch", &case.text("proofs")], expected);
}

#[test]
fn values_are_as_many_as_the_circuit_has() {
    let case = Case::new(&gemm("fc", "x", "w", "y", &IDENTITY), &json!([[0.5, 0.2]]));
    for signals in ["digest", "plain"] {
        case.run(&["--params-visibility", "fixed", "--input-range", "0,10", "--public-signals", signals]);
        let files: &[&str] =
            if signals == "digest" { &["public.json", "public_values.json"] } else { &["public.json"] };
        for file in files {
            let path = format!("dir/{file}");
            let whole = case.value(&path);
            for change in [-1i64, 1] {
                let mut list = whole.as_array().unwrap().clone();
                if change < 0 {
                    list.pop();
                } else {
                    list.push("0".into());
                }
                case.write(&path, &list.into());
                case.fails("verify", &[], &format!("`{file}` has"));
                case.fails("export-calldata", &[], "values, expected the");
            }
            case.write(&path, &whole);
        }
        json(["verify", &case.text("dir")]);
    }
    // Settings of another circuit: as many values as they say, and another key.
    let mut settings = case.value("dir/settings.json");
    settings["outputs"][0]["shape"] = json!([3]);
    settings["public_values"] = json!(5);
    case.write("dir/settings.json", &settings);
    let expected = "the verifying key has 4 public signals, expected the 5 of the circuit";
    for command in ["verify", "export-verifier", "export-calldata"] {
        case.fails(command, &[], expected);
    }
    case.fails("compile", &[], "the circuit has 4 public signals, expected 5");
}

/// What is not there, or is another word, is no permission.
#[test]
fn settings_say_all_in_known_words() {
    let case = Case::new(&gemm("fc", "x", "w", "y", &IDENTITY), &json!([[0.5, 0.2]]));
    case.run(&RANGES);
    let settings = case.value("dir/settings.json");
    let rows = [
        ("/inputs/0/checked_by", json!("nobody"), "unknown variant `nobody`"),
        ("/inputs/0/checked_by", json!("Verifier"), "unknown variant"),
        ("/inputs/0/low", json!("zero"), "`zero` is not an integer"),
        ("/inputs/0/low", json!("1000"), "expected the lower one first"),
        ("/inputs/0/scale", json!("0"), "`0` is not a scale"),
        ("/inputs/0/shape", json!([]), "public values, expected 3"),
        ("/input_visibility", json!("pubic"), "unknown variant `pubic`"),
        ("/input_visibility", json!("private"), "checked by a verifier, who does not see it"),
        ("/input_visibility", json!("hashed"), "checked by a verifier, who does not see it"),
        ("/params_visibility", json!("none"), "unknown variant `none`"),
        ("/params_visibility", json!("hashed"), "the seals are []"),
        ("/output_visibility", json!(""), "unknown variant"),
        ("/output_visibility", json!("private"), "has 4 public values, expected 2"),
        ("/public_signals", json!("auto"), "unknown variant `auto`"),
        ("/public_signals", json!("plain"), "the verifying key has 3 public signals, expected the 4"),
        ("/public_values", json!(3), "has 3 public values, expected 4"),
        ("/seals", json!([{ "of": "input", "seal": "sealed", "tensors": [] }]), "`sealed` is no seal"),
        ("/format", json!(1), "was made by an earlier version"),
        ("/format", json!(3), "format 3, expected 2"),
    ];
    for (pointer, value, expected) in rows {
        let mut changed = settings.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        case.write("dir/settings.json", &changed);
        case.fails("verify", &[], expected);
    }
    for field in settings.as_object().unwrap().keys() {
        let mut less = settings.clone();
        less.as_object_mut().unwrap().remove(field);
        case.write("dir/settings.json", &less);
        case.fails("verify", &[], "missing field");
    }
    // Without them at all: a model's circuit, or public values, say that there are some.
    fs::remove_file(case.path("dir/settings.json")).unwrap();
    for command in ["verify", "export-calldata", "export-verifier", "prove", "setup"] {
        case.fails(command, &[], "settings.json` does not exist");
    }
    fs::remove_file(case.path("dir/public_values.json")).unwrap();
    case.fails("verify", &[], "settings.json` does not exist");
}

/// What stands with the parameters is theirs: an input, a salt or the challenge comes from elsewhere.
#[test]
fn parameters_do_not_stand_for_inputs() {
    let case =
        Case::new(&gemm("fc", "fc_weights", "w", "y", &IDENTITY), &json!({ "fc_weights": [[0.5, 0.2]] }));
    let made = case.run(&["--input-visibility", "hashed", "--public-signals", "digest"]);
    assert_eq!(made["outputs"]["y"], json!([0.5, 0.2]), "an input may have the name of a parameter");
    let weights = case.value("dir/weights.json");
    let signal = case.value("dir/settings.json")["inputs"][0]["signal"].as_str().unwrap().to_owned();
    assert!(weights.get(&signal).is_none() && weights.get("fc_weights").is_some());
    for name in [signal.as_str(), "inputSalt", "publicChallenge"] {
        let mut changed = weights.clone();
        changed[name] = json!(["1", "1"]);
        case.write("dir/weights.json", &changed);
        let input = case.text("x.json");
        case.fails("witness", &["--input", &input], &format!("`{name}` is no parameter"));
    }
}

/// A circuit in a build directory that is not the one that was transpiled is refused where it is compiled.
#[test]
fn a_circuit_with_a_constraint_less_is_not_compiled() {
    let case = Case::new(&gemm("fc", "x", "w", "y", &IDENTITY), &json!([[0.5, 0.2]]));
    case.run(&["--params-visibility", "private", "--public-signals", "plain", "--input-range", "0,1"]);
    let text = case.read("dir/circuit.circom");
    let forged = text.replace("out <== fc.out;", "for (var i = 0; i < 2; i++) { out[i] <-- fc.out[i]; }");
    assert_ne!(text, forged);
    fs::write(case.path("dir/circuit.circom"), forged).unwrap();
    for file in ["circuit.r1cs", "circuit.sym"] {
        fs::remove_file(case.path(&format!("dir/{file}"))).unwrap();
    }
    let input = case.text("x.json");
    for (command, options) in [
        ("compile", vec![]),
        ("compile", vec!["--O2"]),
        ("setup", vec![]),
        ("prove", vec!["--input", &input]),
    ] {
        case.fails(command, &options, "8 constraints and 2 signals without one in template `Model`");
    }
}

const SEQUENCES: &str = "\x1b[2J\x1b]0;owned\x07\u{9b}31m\u{202e}\r\n\u{2713} verify    valid";

/// Neither standard output nor standard error have a control character of the model's, whatever became of it.
#[test]
fn names_are_no_terminal_sequences() {
    let name = format!("x{SEQUENCES}");
    let good = Case::new(&gemm(&name, &name, &format!("{name}w"), "y", &IDENTITY), &json!([[0.5, 0.2]]));
    let bad = Case::new(&slice(&name, &format!("{name}y"), 3, 1, 1), &json!([[0.5, 0.2, 1.0]]));
    fs::write(good.path("odd.circom"), format!("template {SEQUENCES}")).unwrap();
    fs::write(good.path("log.circom"), "pragma circom 2.1.0; template L() { signal input x; signal output y; y <== x * x; log(\"\x1b[2J\u{9b}1m\"); } component main = L();").unwrap();
    fs::write(good.path("one.json"), "{\"x\": 1}").unwrap();
    fs::write(good.path("other.json"), "{\"z\": \"\x1b[2J\u{9b}\"}").unwrap();
    let odd = good.path(&format!("dir{}", SEQUENCES.replace('/', "")));
    let commands: Vec<Vec<String>> = [
        vec!["run", &good.text("model.onnx"), "--input", &good.text("x.json"), "-o", &odd.to_string_lossy()],
        vec!["inspect", &good.text("model.onnx")],
        vec!["inspect", &odd.to_string_lossy()],
        vec!["inspect", &odd.to_string_lossy(), "--json"],
        vec!["verify", &odd.to_string_lossy(), "--json"],
        vec!["run", &good.text("model.onnx"), "--input", &good.text("other.json"), "-o", &good.text("b")],
        vec!["transpile", &good.text("model.onnx"), "--layer-scale", "z=10^1", "-o", &good.text("c")],
        vec!["transpile", &bad.text("model.onnx"), "-o", &bad.text("dir")],
        vec!["compile", &good.text("odd.circom")],
        vec!["witness", &good.text("log.circom"), "--input", &good.text("one.json")],
        vec!["verify", &format!("nowhere{SEQUENCES}")],
    ]
    .into_iter()
    .map(|command| command.into_iter().map(str::to_owned).collect())
    .collect();
    for command in commands {
        let output = tensorproof(&command);
        for bytes in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(bytes);
            let hidden = text.chars().find(|character| {
                (character.is_control() && *character != '\n')
                    || ('\u{202a}'..='\u{202e}').contains(character)
            });
            assert_eq!(hidden, None, "{command:?}: {text:?}");
            assert!(!text.contains("\n\u{2713} verify    valid"), "{command:?}: {text}");
        }
    }
    // Machines read the very names.
    let made = good.run(&["--params-visibility", "private"]);
    assert_eq!(made["outputs"]["y"], json!([0.5, 0.2]));
    let layers = json(["inspect", &good.text("dir")])["layers"].clone();
    assert!(layers.as_array().unwrap().iter().any(|layer| layer["node"] == name.as_str()));
    // A report is a page that holds no markup of a model.
    let page = good.path("report.html");
    let markup =
        Case::new(&gemm("<script>alert(1)</script>\"'", "<b>", "w", "y", &IDENTITY), &json!([[0.5, 0.2]]));
    json(["inspect", &markup.text("model.onnx"), "--html", &page.to_string_lossy()]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
}

/// A tensor without values at the end of a model, or at its beginning, is an error that says so.
#[test]
fn refuses_outputs_without_values() {
    let case = Case::new(&slice("x", "y", 3, 1, 1), &json!([[0.5, 0.2, 1.0]]));
    let (model, dir) = (case.text("model.onnx"), case.text("dir"));
    for command in [
        vec!["transpile", &model, "-o", &dir],
        vec!["run", &model, "--input", &case.text("x.json"), "-o", &dir],
        vec!["inspect", &model],
    ] {
        let message = failure(command);
        assert!(message.contains("output `y` of shape [1, 0] has no values"), "{message}");
    }
}
