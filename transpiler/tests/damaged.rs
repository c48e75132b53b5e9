//! Models and data that are damaged, hostile or not supported: an error that names what is wrong, never a panic.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tensorproof_transpiler::data::{InputShape, input_shapes, load_samples, read_samples};
use tensorproof_transpiler::{Graph, Settings, load_graph, onnx, passes};

fn model(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/models").join(name).join("model.onnx")
}

fn bytes() -> Vec<u8> {
    fs::read(model("mnist_mobilenet_block")).unwrap()
}

fn samples() -> Vec<u8> {
    fs::read(model("mnist_mlp").with_file_name("samples.npz")).unwrap()
}

fn read(bytes: &[u8]) -> tensorproof_transpiler::Result<Graph> {
    let mut graph = Graph::build(&onnx::read(bytes)?)?;
    passes::simplify(&mut graph);
    Ok(graph)
}

/// Replaces the first occurrence of some bytes.
fn replaced(from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes();
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

#[test]
fn refuses_truncated_models() {
    let whole = bytes();
    for length in (0..whole.len()).step_by(61) {
        read(&whole[..length]).unwrap_err();
    }
}

#[test]
fn refuses_weights_that_are_not_finite() {
    let parsed = onnx::read(&bytes()).unwrap();
    let (name, weight) = parsed
        .constants
        .iter()
        .find_map(|(name, constant)| match constant {
            onnx::Constant::Float(values) if values.len() == 160 => {
                Some((name.clone(), values.iter().next().copied()?))
            }
            _ => None,
        })
        .unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "the weight was read from 32 bits")]
    let weight = (weight as f32).to_le_bytes();
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let message = read(&replaced(&weight, &value.to_le_bytes())).unwrap_err().to_string();
        assert!(message.contains(&name) && message.contains("finite"), "{message}");
    }
}

#[test]
fn names_node_and_operator_that_are_not_supported() {
    let message = read(&replaced(b"GlobalAveragePool", b"GlobalLpPoolOfTwo")).unwrap_err().to_string();
    assert!(message.contains("GlobalLpPoolOfTwo") && message.contains("`tensorproof ops`"), "{message}");
}

#[test]
fn refuses_data_of_another_form() {
    let graph = load_graph(&model("mnist_mlp")).unwrap();
    let inputs = input_shapes(&graph);
    let folder = tempfile::tempdir().unwrap();
    let digit = format!("[{}]", vec![format!("[{}]", vec!["[0.5]"; 28].join(",")); 28].join(","));
    let rows = [
        ("good.json", digit.clone(), None),
        ("batch.json", format!("[{digit},{digit}]"), None),
        ("named.json", format!("{{\"keras_tensor\": {digit}}}"), None),
        ("salted.json", format!("{{\"x\": {digit}, \"inputSalt\": \"7\"}}"), None),
        ("salt.json", "{\"inputSalt\": \"7\"}".to_owned(), Some("no input")),
        ("two.json", format!("{{\"x\": {digit}, \"y\": {digit}}}"), Some("no input")),
        ("flat.json", "[1, 2, 3]".to_owned(), Some("[28, 28, 1]")),
        ("ragged.json", "[[1, 2], [3]]".to_owned(), Some("expected 2")),
        ("text.json", "[\"a\"]".to_owned(), Some("number")),
        ("empty.json", "[]".to_owned(), Some("empty")),
        ("cut.json", digit[..100].to_owned(), Some("JSON")),
        ("bytes.npz", "PK not really".to_owned(), Some("bytes.npz")),
        ("bytes.npy", "not really".to_owned(), Some("bytes.npy")),
    ];
    for (name, text, problem) in rows {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        match (load_samples(&path, &inputs), problem) {
            (Ok(_), None) => {}
            (Err(error), Some(problem)) => assert!(error.to_string().contains(problem), "{name}: {error}"),
            (other, _) => panic!("{name}: {other:?}"),
        }
    }
    load_samples(&folder.path().join("absent.json"), &inputs).unwrap_err();
}

#[test]
fn refuses_damaged_settings() {
    for text in ["", "{}", "[]", "{\"format\": 1}", "{\"format\": 2}"] {
        Settings::from_json(text).unwrap_err();
    }
}

/// A header of nothing but brackets is quoted in brief.
#[test]
fn refuses_data_of_a_deep_header() {
    let inputs = [InputShape { name: "x".to_owned(), shape: vec![1, 2], is_integer: false }];
    for brackets in ["(", "[", "{", "{'descr': ("] {
        let header = brackets.repeat(100_000);
        let length = u32::try_from(header.len()).unwrap().to_le_bytes();
        let bytes = [b"\x93NUMPY\x02\0", &length[..], header.as_bytes()].concat();
        let message = read_samples(Path::new("deep.npy"), &bytes, &inputs).unwrap_err().to_string();
        assert!(
            message.contains("deep.npy") && message.contains("header") && message.len() < 300,
            "{message}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn never_panics_on_flipped_bits_of_data(flips in proptest::collection::vec((0usize..1 << 20, 0u8..8), 1..4)) {
        let inputs = [InputShape { name: "keras_tensor".to_owned(), shape: vec![1, 28, 28, 1], is_integer: false }];
        let mut bytes = samples();
        for (at, bit) in flips {
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
        }
        let _ = read_samples(Path::new("x.npz"), &bytes, &inputs);
    }

    #[test]
    fn never_panics_on_flipped_bits(flips in proptest::collection::vec((0usize..1 << 20, 0u8..8), 1..4)) {
        let mut bytes = bytes();
        for (at, bit) in flips {
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
        }
        let _ = read(&bytes);
    }

    #[test]
    fn never_panics_on_flipped_bits_of_the_structure(at in 0usize..4000, bit in 0u8..8) {
        // The nodes stand before the weights.
        let mut bytes = bytes();
        bytes[at % 4000] ^= 1 << bit;
        let _ = read(&bytes);
    }

    #[test]
    fn never_panics_on_random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }
}
