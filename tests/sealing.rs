//! Commitments, encryption and identifiers, by their commands and around models.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::folder::{read, refused, result, tensorproof};
use support::onnx;

/// Returns a small convolution, and an input for it.
fn model(folder: &Path) -> (PathBuf, PathBuf) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("transpiler/tests/cases");
    let input = folder.join("input.json");
    fs::write(&input, read(&cases.join("conv_strides_pads.json"))["inputs"][0].to_string()).unwrap();
    (cases.join("conv_strides_pads.onnx"), input)
}

/// Returns arguments as the helpers take them.
fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Adds a thousand to each integer.
fn shift(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(shift),
        value => *value = (value.as_str().unwrap().parse::<i64>().unwrap() + 1000).to_string().into(),
    }
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
    let honest = read(&at.join("ciphertext.json"));
    // Of whom it is for, the tag says nothing.
    for (recipient, expected) in [
        (read(&at.join("other.json"))["publicKey"].clone(), "`recipient` is"),
        (json!(["1"]), "`recipient` is no list of two decimal integers"),
        (json!([]), "`recipient` is no list of two decimal integers"),
    ] {
        let mut sealed = honest.clone();
        sealed["recipient"] = recipient;
        fs::write(at.join("changed.json"), sealed.to_string()).unwrap();
        refused(&["decrypt", "changed.json", "--key", "key.json"], at, expected);
    }
    let mut sealed = honest;
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

/// All of these are one packed element.
#[test]
fn lists_of_one_packing_have_different_commitments() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let lists =
        ["[5, 6, 7]", "[1005, 1006, 1007]", "[[5], [6], [7]]", "[36, 0]", r#"{"a": [5, 6], "b": [7]}"#];
    let commitment = |list: &str| {
        fs::write(at.join("values.json"), list).unwrap();
        result(&["commit", "values.json", "--salt", "7"], at)["commitment"].as_str().unwrap().to_owned()
    };
    let commitments = lists.map(commitment);
    for list in lists {
        fs::write(at.join("values.json"), list).unwrap();
        for (other, commitment) in lists.iter().zip(&commitments) {
            let check = ["commit", "values.json", "--salt", "7", "--check", commitment];
            if list == *other {
                result(&check, at);
            } else {
                refused(&check, at, "the commitment is");
            }
        }
    }
    // Names tell tensors of a file apart, so that they are a part of it.
    assert_ne!(commitment(r#"{"w": [5, 6, 7]}"#), commitments[0]);
    let (one, exchanged) = (r#"{"a": [5, 6], "b": [7, 7]}"#, r#"{"b": [5, 6], "a": [7, 7]}"#);
    assert_ne!(commitment(one), commitment(exchanged));
    fs::write(at.join("values.json"), r#"{"": [5, 6, 7]}"#).unwrap();
    refused(&["commit", "values.json", "--salt", "7"], at, "has a tensor without a name");
    // What the field has no room for is not what it would be read as.
    let minus_one = "21888242871839275222246405745257275088548364400416034343698204186575808495616";
    for wrapped in [minus_one.to_owned(), format!("0x{}", "f".repeat(64))] {
        fs::write(at.join("values.json"), json!([wrapped]).to_string()).unwrap();
        refused(&["commit", "values.json", "--salt", "7"], at, "between -p / 2 and p / 2");
    }
}

#[test]
fn a_record_tells_the_form_of_its_commitment() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("values.json"), "[5, 6, 7]").unwrap();
    let made = result(&["commit", "values.json", "--salt", "7", "-o", "record.json"], at);
    let record = read(&at.join("record.json"));
    assert_eq!(
        record,
        json!({
            "format": 2,
            "kind": "data",
            "tensors": [
                { "name": "", "shape": [3], "order": "row-major", "scale": "1", "low": "5", "bits": 2 }
            ],
            "commitment": made["commitment"],
        })
    );
    let check = |record: &str| ["commit", "values.json", "--salt", "7", "--check", record].map(str::to_owned);
    result(&words(&check("record.json")), at);
    let changed = |pointer: &str, value: Value| {
        let mut changed = record.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        fs::write(at.join("changed.json"), changed.to_string()).unwrap();
        words(&check("changed.json")).join(" ")
    };
    for (values, pointer, value, expected) in [
        ("[1005, 1006, 1007]", "/tensors/0/low", json!("1005"), "the commitment is"),
        (
            "[1005, 1006, 1007]",
            "/tensors/0/low",
            json!("5"),
            "has 2 bits from 5 on for tensor 0, found others",
        ),
        ("[[5], [6], [7]]", "/tensors/0/shape", json!([3, 1]), "the commitment is"),
        ("[[5], [6], [7]]", "/tensors/0/shape", json!([3]), "has shape [3] for tensor 0, found [3, 1]"),
        ("[5, 6, 7]", "/tensors/0/bits", json!(3), "the commitment is"),
        ("[5, 6, 7]", "/tensors/0/scale", json!("10"), "the commitment is"),
        ("[5, 6, 7]", "/tensors/0/scale", json!("0"), "`0` is not a scale"),
        ("[5, 6, 7]", "/tensors/0/order", json!("input-major"), "unknown variant"),
        (
            "[5, 6, 7]",
            "/tensors/0/bits",
            json!(254),
            "of 254 bits from `5` on at scale `1`, expected one integer or more of 1 to 253 bits",
        ),
        ("[5, 6, 7]", "/tensors", json!([]), "is of 0 tensors, found 1"),
        ("[5, 6, 7]", "/kind", json!("params"), "the commitment is"),
        ("[5, 6, 7]", "/kind", json!("thoughts"), "`kind` is `thoughts`"),
        (
            "[5, 6, 7]",
            "/format",
            json!(1),
            "was made by an earlier version, whose commitments do not cover their form",
        ),
        ("[5, 6, 7]", "/format", json!(3), "has format 3, expected 2"),
    ] {
        fs::write(at.join("values.json"), values).unwrap();
        let arguments = changed(pointer, value);
        refused(&arguments.split(' ').collect::<Vec<_>>(), at, expected);
    }
    refused(
        &["commit", "values.json", "--salt", "7", "--check", "nothing.json"],
        at,
        "nor a file with a commitment",
    );
}

#[test]
fn a_ciphertext_is_read_in_no_other_form() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let message = json!({ "w": [[5, 6], [7, 8]], "b": [[-1, 0], [1, 2]] });
    fs::write(at.join("weights.json"), message.to_string()).unwrap();
    result(&["keygen", "-o", "key.json"], at);
    result(&["encrypt", "weights.json", "--to", "key.json", "-o", "sealed.json"], at);
    let sealed = read(&at.join("sealed.json"));
    assert_eq!(sealed["format"], 2);
    assert_eq!(sealed["ciphertext"].as_array().unwrap().len(), 3);
    let form = "is not of the form that was encrypted";
    let swapped = json!([sealed["tensors"][1], sealed["tensors"][0]]);
    for (pointer, value, expected) in [
        ("/tensors/0/low", json!("1005"), form),
        ("/tensors/0/low", json!("4"), form),
        ("/tensors/0/bits", json!(3), form),
        ("/tensors/0/shape", json!([4]), form),
        ("/tensors/0/shape", json!([3]), form),
        ("/tensors/0/shape", json!([2, 2, 1]), form),
        ("/tensors/0/scale", json!("100"), form),
        ("/tensors/0/scale", json!("-1"), form),
        ("/tensors", swapped, form),
        ("/kind", json!("params"), form),
        ("/kind", json!("named data"), "has a `kind` that is none of"),
        ("/tensors/1/name", json!("bias"), form),
        ("/tensors/1/name", json!(""), "`tensors` has one without a name"),
        ("/tensors/1/name", json!("w"), "`tensors` has one name twice"),
        ("/tensors/0/order", json!("input-major"), "unknown variant"),
        ("/tensors/0/shape", json!([200]), "has 3 elements, expected 4"),
        ("/tensors", json!([]), "has 3 elements, expected 1"),
        ("/ciphertext/0", json!("1"), "for another key, or was changed"),
        ("/tag", json!("1"), "for another key, or was changed"),
        ("/format", json!(1), "was made by an earlier version, whose commitments do not cover their form"),
    ] {
        let mut changed = sealed.clone();
        *changed.pointer_mut(pointer).unwrap() = value.clone();
        fs::write(at.join("changed.json"), changed.to_string()).unwrap();
        refused(&["decrypt", "changed.json", "--key", "key.json"], at, expected);
    }
    let mut earlier = sealed.clone();
    earlier.as_object_mut().unwrap().remove("format");
    fs::write(at.join("changed.json"), earlier.to_string()).unwrap();
    refused(&["decrypt", "changed.json", "--key", "key.json"], at, "earlier version");
}

#[test]
fn a_ciphertext_of_tensors_of_one_form_shows_each_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("values.json"), r#"{ "a": [1, 2], "b": [2, 1] }"#).unwrap();
    result(&["keygen", "-o", "key.json"], at);
    result(&["encrypt", "values.json", "--to", "key.json", "-o", "sealed.json"], at);
    let mut sealed = read(&at.join("sealed.json"));
    sealed["tensors"][0]["name"] = "b".into();
    sealed["tensors"][1]["name"] = "a".into();
    fs::write(at.join("changed.json"), sealed.to_string()).unwrap();
    refused(&["decrypt", "changed.json", "--key", "key.json"], at, "is not of the form that was encrypted");
}

/// Tensors of one form are told apart by their names, in a commitment and in its record.
#[test]
fn a_record_tells_the_names_of_its_tensors() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("values.json"), r#"{ "a": [1, 2], "b": [3, 4] }"#).unwrap();
    fs::write(at.join("exchanged.json"), r#"{ "b": [1, 2], "a": [3, 4] }"#).unwrap();
    result(&["commit", "values.json", "--salt", "7", "-o", "record.json"], at);
    result(&["commit", "values.json", "--salt", "7", "--check", "record.json"], at);
    let exchanged = ["commit", "exchanged.json", "--salt", "7", "--check", "record.json"];
    refused(&exchanged, at, "has tensor `a` in the place of `b`");
    let mut record = read(&at.join("record.json"));
    record["tensors"][0]["name"] = "b".into();
    record["tensors"][1]["name"] = "a".into();
    fs::write(at.join("record.json"), record.to_string()).unwrap();
    refused(&exchanged, at, "the commitment is");
    // Of what a circuit commits to, a file cannot know which is which.
    record["kind"] = "params".into();
    fs::write(at.join("record.json"), record.to_string()).unwrap();
    refused(&exchanged, at, "which only the circuit tells apart");
}

/// Exchanges two strings of a text, which are there once.
fn exchanged(text: &str, one: &str, other: &str) -> String {
    assert_eq!((text.matches(one).count(), text.matches(other).count()), (1, 1), "{one}, {other}: {text}");
    text.replace(one, "\0").replace(other, one).replace('\0', other)
}

/// Two models whose layers have weights of one form, exchanged: a commitment tells them apart by the places in the circuit alone.
#[test]
fn which_tensor_is_sealed_where_is_told_by_the_circuit() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let layers: [(&str, &str, &[&[f32]]); 2] =
        [("first", "a", &[&[1.0, 0.5], &[-1.0, 0.5]]), ("second", "b", &[&[0.5, -1.0], &[0.5, 1.0]])];
    fs::write(at.join("model.onnx"), onnx::gemms(&layers, "x", "y")).unwrap();
    fs::write(at.join("x.json"), r#"{ "x": [[1, 2]] }"#).unwrap();
    let run = ["run", "model.onnx", "--input", "x.json", "--scale", "10^2", "-o", "build"];
    let made = result(&[run.as_slice(), &["--params-visibility", "hashed"]].concat(), at);
    let commitment = made["commitments"]["params"].as_str().unwrap();
    result(&["commit", "build", "--check", commitment, "-o", "params.json"], at);
    result(&["commit", "build", "--check", "params.json"], at);
    let text = |name: &str| fs::read_to_string(at.join("build").join(name)).unwrap();
    let write = |name: &str, text: &str| fs::write(at.join("build").join(name), text).unwrap();
    let [settings, weights, circuit] = ["settings.json", "weights.json", "circuit.circom"].map(text);
    let tensors = read(&at.join("params.json"))["tensors"].clone();
    let names: Vec<&str> =
        ["/0/name", "/2/name"].map(|at| tensors.pointer(at).unwrap().as_str().unwrap()).into();
    assert_eq!(tensors[0]["low"], tensors[2]["low"], "{tensors:#}");
    assert_eq!(tensors[0]["bits"], tensors[2]["bits"], "{tensors:#}");
    let [one, other] = [names[0], names[1]];

    // The parameters of the other model, and the names in an order in which they open the commitment.
    write("weights.json", &exchanged(&weights, &format!("\"{one}\""), &format!("\"{other}\"")));
    refused(&["commit", "build", "--check", commitment], at, "the commitment is");
    let mut moved = read(&at.join("build/settings.json"));
    moved["seals"][0]["tensors"][0]["signal"] = other.into();
    moved["seals"][0]["tensors"][2]["signal"] = one.into();
    write("settings.json", &moved.to_string());
    let told = format!("tensor 0 of what is sealed of `params` is called `{other}`, expected `{one}`");
    for command in [&["commit", "build", "--check", commitment][..], &["prove", "build", "--input", "x.json"]]
    {
        refused(command, at, &told);
    }
    let mut record = read(&at.join("params.json"));
    record["tensors"][0]["name"] = other.into();
    record["tensors"][2]["name"] = one.into();
    fs::write(at.join("moved.json"), record.to_string()).unwrap();
    refused(&["commit", "build", "--check", "moved.json"], at, &told);
    // A circuit that packs in this order, and hashes in the one before.
    let packed = exchanged(
        &exchanged(&circuit, &format!(".in[i] <== {one}["), &format!(".in[i] <== {other}[")),
        "= paramsPack[0].out",
        "= paramsPack[2].out",
    );
    write("circuit.circom", &packed);
    for check in [commitment, "moved.json"] {
        refused(&["commit", "build", "--check", check], at, "seals `params` in another way");
    }
    fs::remove_file(at.join("build/circuit.circom")).unwrap();
    refused(&["commit", "build", "--check", "moved.json"], at, "`build/circuit.circom` does not exist");
    write("weights.json", &weights);
    write("settings.json", &settings);
    refused(&["commit", "build", "--check", commitment], at, "`build/circuit.circom` does not exist");

    result(&["keygen", "-o", "key.json"], at);
    let options = ["--params-visibility", "encrypted", "--recipient", "key.json"];
    result(&[run.as_slice(), &options].concat(), at);
    result(&["decrypt", "build", "--key", "key.json"], at);
    let mut moved = read(&at.join("build/settings.json"));
    moved["seals"][0]["tensors"][0]["signal"] = other.into();
    moved["seals"][0]["tensors"][2]["signal"] = one.into();
    write("settings.json", &moved.to_string());
    refused(&["decrypt", "build", "--key", "key.json"], at, &told);
}

/// Parameters and settings that are shifted by the same amount have the packed elements that were committed to and encrypted.
#[test]
fn settings_of_another_form_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (model, input) = model(at);
    let (model, input) = (model.to_str().unwrap(), input.to_str().unwrap());
    let run = ["run", model, "--input", input, "--scale", "10^2", "-o", "build"];
    let made = result(&[run.as_slice(), &["--params-visibility", "hashed"]].concat(), at);
    let commitment = made["commitments"]["params"].as_str().unwrap();
    let opened = result(&["commit", "build", "--check", commitment, "-o", "params.json"], at);
    assert_eq!(opened["kind"], "params");
    let (settings, weights) = (read(&at.join("build/settings.json")), read(&at.join("build/weights.json")));
    let signal = settings["seals"][0]["tensors"][0]["signal"].as_str().unwrap();

    // Without settings the record is enough.
    fs::remove_file(at.join("build/settings.json")).unwrap();
    result(&["commit", "build", "--check", "params.json"], at);
    fs::create_dir(at.join("weights")).unwrap();
    fs::copy(at.join("build/weights.json"), at.join("weights/weights.json")).unwrap();
    // The circuit tells which of them is where.
    refused(&["commit", "weights", "--check", "params.json"], at, "`weights/circuit.circom` does not exist");
    fs::copy(at.join("build/circuit.circom"), at.join("weights/circuit.circom")).unwrap();
    result(&["commit", "weights", "--check", "params.json"], at);

    let (mut shifted, mut moved) = (settings.clone(), weights.clone());
    shift(&mut shifted["seals"][0]["tensors"][0]["low"]);
    shift(&mut moved[signal]);
    fs::write(at.join("build/settings.json"), shifted.to_string()).unwrap();
    fs::write(at.join("build/weights.json"), moved.to_string()).unwrap();
    refused(&["commit", "build", "--check", commitment], at, "the commitment is");
    refused(&["commit", "build", "--check", "params.json"], at, "found others");
    let mut record = read(&at.join("params.json"));
    shift(&mut record["tensors"][0]["low"]);
    fs::write(at.join("other.json"), record.to_string()).unwrap();
    refused(&["commit", "build", "--check", "other.json"], at, "the commitment is");

    let mut earlier = settings.clone();
    earlier["format"] = 1.into();
    fs::write(at.join("build/settings.json"), earlier.to_string()).unwrap();
    for command in [&["commit", "build"][..], &["verify", "build"], &["prove", "build", "--input", input]] {
        refused(command, at, "was made by an earlier version, whose commitments do not cover their form");
    }

    result(&["keygen", "-o", "key.json"], at);
    let options = ["--params-visibility", "encrypted", "--recipient", "key.json"];
    result(&[run.as_slice(), &options].concat(), at);
    let honest = read(&at.join("build/settings.json"));
    for (name, value) in [("low", json!("7")), ("scale", json!("7")), ("bits", json!(30))] {
        let mut changed = honest.clone();
        changed["seals"][0]["tensors"][0][name] = value;
        fs::write(at.join("build/settings.json"), changed.to_string()).unwrap();
        let output = tensorproof(&["decrypt", "build", "--key", "key.json"], at);
        assert_eq!(output.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
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

/// Returns an object's text with its first key once more, before the others.
fn doubled(path: &Path) -> (String, String) {
    let text = fs::read_to_string(path).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let (key, first) = value.as_object().unwrap().iter().next().unwrap();
    (format!("{{ {}: {first}, {}", json!(key), text.trim_start().strip_prefix('{').unwrap()), key.clone())
}

/// Of such a key some readers take the first value, and others the last.
#[test]
fn keys_that_stand_twice_are_refused_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (model, input) = model(at);
    fs::write(&input, json!({ "x": read(&input) }).to_string()).unwrap();
    fs::write(at.join("values.json"), r#"{ "a": [1, 2], "b": [3, 4] }"#).unwrap();
    result(&["keygen", "-o", "key.json"], at);
    result(&["encrypt", "values.json", "--to", "key.json", "-o", "sealed.json"], at);
    result(&["commit", "values.json", "--salt", "7", "-o", "record.json"], at);
    let run = ["run", model.to_str().unwrap(), "--input", "input.json", "--scale", "10^2", "-o", "build"];
    result(&[run.as_slice(), &["--params-visibility", "hashed"]].concat(), at);
    let prove: &[&str] = &["prove", "build", "--input", "input.json"];
    let rows: [(&str, &[&str]); 10] = [
        ("values.json", &["commit", "values.json", "--salt", "7"]),
        ("values.json", &["encrypt", "values.json", "--to", "key.json", "-o", "other.json"]),
        ("key.json", &["decrypt", "sealed.json", "--key", "key.json"]),
        ("sealed.json", &["decrypt", "sealed.json", "--key", "key.json"]),
        ("record.json", &["commit", "values.json", "--salt", "7", "--check", "record.json"]),
        ("input.json", prove),
        ("build/weights.json", prove),
        ("build/settings.json", prove),
        ("build/proof.json", &["verify", "build"]),
        ("build/verification_key.json", &["verify", "build"]),
    ];
    for (name, command) in rows {
        let path = at.join(name);
        result(command, at);
        let honest = fs::read(&path).unwrap();
        let (text, key) = doubled(&path);
        fs::write(&path, text).unwrap();
        refused(command, at, &format!("the key `{key}` is there twice, expected once"));
        fs::write(&path, honest).unwrap();
    }
}

/// Who verifies a proof with public parameters sees them, and does not know their range.
#[test]
fn public_parameters_are_in_the_range_of_the_models_own() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let matrix: [&[f32]; 2] = [&[1.0, 0.5], &[-1.0, 0.5]];
    fs::write(at.join("model.onnx"), onnx::gemm("fc", "x", "w", "y", &matrix)).unwrap();
    fs::write(at.join("x.json"), r#"{ "x": [[0, 0]] }"#).unwrap();
    for signals in ["plain", "digest"] {
        // Of zeros, the outputs stay the same.
        let run = [
            "run",
            "model.onnx",
            "--input",
            "x.json",
            "--input-range",
            "-1,1",
            "--scale",
            "10^2",
            "-o",
            "build",
        ];
        let options = ["--params-visibility", "public", "--public-signals", signals];
        result(&[run.as_slice(), &options].concat(), at);
        result(&["verify", "build"], at);
        let compiled = result(&["compile", "build", "--inspect"], at);
        assert_eq!(compiled["warnings"], 0);
        let honest = read(&at.join("build/weights.json"));
        let (name, _) = honest.as_object().unwrap().iter().find(|(_, values)| values[0].is_array()).unwrap();
        // The least and the largest of eight bits from the least of the model's, and those beside them.
        for (value, fits) in
            [("-100", true), ("155", true), ("-101", false), ("156", false), ("1000000000000", false)]
        {
            let mut changed = honest.clone();
            changed[name][0][0] = value.into();
            fs::write(at.join("build/weights.json"), changed.to_string()).unwrap();
            let output = tensorproof(&["prove", "build", "--input", "x.json"], at);
            let message = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(i32::from(!fits)), "{signals} {value}: {message}");
            if fits {
                result(&["verify", "build"], at);
            }
        }
    }
}

#[test]
fn a_record_of_a_tensor_without_values_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("values.json"), r#"{ "a": [1, 2], "b": [] }"#).unwrap();
    fs::write(at.join("full.json"), r#"{ "a": [1, 2], "b": [5] }"#).unwrap();
    result(&["commit", "full.json", "--salt", "7", "-o", "record.json"], at);
    let mut record = read(&at.join("record.json"));
    record["tensors"][1]["shape"] = json!([0]);
    fs::write(at.join("record.json"), record.to_string()).unwrap();
    let check = ["commit", "values.json", "--salt", "7", "--check", "record.json"];
    refused(
        &check,
        at,
        "`tensors` has `b` of shape [0], of 1 bits from `5` on at scale `1`, expected one integer or more",
    );
}
