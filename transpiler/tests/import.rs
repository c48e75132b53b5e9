//! Graphs that are typed, folded and simplified: what is refused, and that rewrites keep what a graph computes.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;
use sha3::{Digest as _, Keccak256};
use tensorproof_transpiler::data::{InputShape, load_samples};
use tensorproof_transpiler::onnx::{Attribute, Constant, Model, ModelNode, load};
use tensorproof_transpiler::{Graph, load_with_hash, passes};

fn node(operator: &str, inputs: &str, output: &str, attributes: &[(&str, Attribute)]) -> ModelNode {
    let names = |text: &str| text.split(' ').map(|name| name.replace('_', "")).collect();
    ModelNode {
        name: format!("{operator} to {output}"),
        operator: operator.to_owned(),
        inputs: names(inputs),
        outputs: names(output),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}

fn floats(shape: &[usize], value: impl Fn(usize) -> f64) -> Constant {
    let values = (0..shape.iter().product()).map(value).collect();
    Constant::Float(ArrayD::from_shape_vec(IxDyn(shape), values).unwrap())
}

fn ints(values: &[i64]) -> Constant {
    Constant::Int(ArrayD::from_shape_vec(IxDyn(&[values.len()]), values.to_vec()).unwrap())
}

fn model(shape: &[usize], nodes: &[ModelNode], constants: &[(&str, Constant)], outputs: &[&str]) -> Model {
    Model {
        opset: 15,
        nodes: nodes.to_vec(),
        constants: constants.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        inputs: vec![("x".to_owned(), shape.iter().copied().map(Into::into).collect())],
        integers: BTreeSet::new(),
        outputs: outputs.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn simplified(model: &Model) -> tensorproof_transpiler::Result<Graph> {
    let mut graph = Graph::build(model)?;
    passes::simplify(&mut graph);
    Ok(graph)
}

#[test]
fn names_what_it_refuses() {
    /// Shape of the input, nodes, constants, outputs, and a part of the message.
    type Row<'r> = (&'r [usize], Vec<ModelNode>, &'r [(&'r str, Constant)], &'r [&'r str], &'r str);
    let conv = |attributes: &[(&str, Attribute)]| vec![node("Conv", "x w", "y", attributes)];
    let kernel = [("w", floats(&[64, 1, 2, 2], |_| 1.0))];
    let image = [1, 1, 5, 5];
    let rows: &[Row<'_>] = &[
        (&image, conv(&[("strides", Attribute::Floats(vec![2.0, 2.0]))]), &kernel, &["y"], "`strides`"),
        (&image, conv(&[("auto_pad", Attribute::Int(1))]), &kernel, &["y"], "`auto_pad`"),
        (&image, conv(&[("pads", Attribute::Ints(vec![1_000_000; 4]))]), &kernel, &["y"], "Conv to y"),
        (&[1, 5], vec![node("RandomNormalLike", "x", "y", &[])], &[], &["y"], "give the noise as an input"),
        (&[1, 5], vec![node("NonZero", "x", "y", &[])], &[], &["y"], "use `Where`"),
        (&[1, 5], vec![node("NonMaxSuppression", "x x", "y", &[])], &[], &["y"], "cut the model before it"),
        (&[1, 5], vec![node("StringNormalizer", "x", "y", &[])], &[], &["y"], "give it the numbers"),
        (&[1, 5], vec![node("Gather", "x i", "y", &[])], &[("i", ints(&[1]))], &["y"], "`indices`"),
        (
            &[1, 5],
            vec![node("ScatterND", "x i u", "y", &[])],
            &[("i", ints(&[3])), ("u", floats(&[5], |_| 0.0))],
            &["y"],
            "out of bounds",
        ),
        (
            &[1, 2],
            vec![node("BatchNormalization", "x s s s s", "y", &[("spatial", Attribute::Int(0))])],
            &[("s", floats(&[2], |_| 1.0))],
            &["y"],
            "`spatial`",
        ),
        (&[1, 5], vec![node("Relu", "x", "y", &[])], &[], &["y", "y"], "listed twice"),
        (&[1, 5], vec![node("Relu", "z", "y", &[]), node("Relu", "y", "z", &[])], &[], &["y"], "cycle"),
        (&[1, 5], vec![node("Relu", "z", "y", &[])], &[], &["y"], "`z` is not defined"),
        (&[1, 5], vec![node("Relu", "x", "y", &[]); 2], &[], &["y"], "defined twice"),
        (&[1, 5], vec![node("Rela", "x", "y", &[])], &[], &["y"], "`tensorproof ops`"),
        (
            &[1, 5],
            vec![node("Pow", "x e", "y", &[])],
            &[("e", floats(&[], |_| 0.3))],
            &["y"],
            "an exponent of 0.3",
        ),
        (
            &[1, 5],
            vec![node("Cast", "c", "d", &[("to", Attribute::Int(3))]), node("Reshape", "x d", "y", &[])],
            &[("c", ints(&[1, 500]))],
            &["y"],
            "Cast to d",
        ),
    ];
    for (shape, nodes, constants, outputs, expected) in rows {
        let message = simplified(&model(shape, nodes, constants, outputs)).unwrap_err().to_string();
        assert!(message.contains(expected), "expected {expected}: {message}");
    }
}

#[test]
fn refuses_constants_that_outgrow_memory() {
    let mut doubling = vec![node("Concat", "c c", "c0", &[("axis", Attribute::Int(0))])];
    for step in 0..60 {
        let (from, to) = (format!("c{step} c{step}"), format!("c{}", step + 1));
        doubling.push(node("Concat", &from, &to, &[("axis", Attribute::Int(0))]));
    }
    doubling.push(node("Reshape", "x c60", "y", &[]));
    let gather = [node("Gather", "d i", "c", &[]), node("Reshape", "x c", "y", &[])];
    let filled: Vec<ModelNode> =
        (0..40).map(|step| node("ConstantOfShape", "s", &format!("f{step}"), &[])).collect();
    let zeros = |count: usize| ints(&vec![0; count]);
    let wide = Constant::Int(ArrayD::zeros(IxDyn(&[1, 1 << 14])));
    for (nodes, constants) in [
        (&doubling[..], vec![("c", ints(&[1]))]),
        (&gather, vec![("d", wide), ("i", zeros(1 << 14))]),
        (&filled, vec![("s", ints(&[1 << 22]))]),
    ] {
        simplified(&model(&[1, 5], nodes, &constants, &["y"])).unwrap_err();
    }
}

#[test]
fn drops_what_no_output_depends_on() {
    let nodes = [
        node("Relu", "x", "y", &[]),
        node("Softmax", "x", "unread", &[]),
        node("MatMul", "x w", "shaped", &[]),
        node("Shape", "shaped", "shape", &[]),
    ];
    let graph = simplified(&model(&[1, 5], &nodes, &[("w", floats(&[5, 5], |_| 1.0))], &["y"])).unwrap();
    assert_eq!(graph.nodes.len(), 1);
    assert!(!graph.is_classifier);
}

#[test]
fn outputs_keep_their_names() {
    let constants = [("w", floats(&[5, 3], |_| 1.0)), ("b", floats(&[3], |_| 1.0))];
    let dense = [node("MatMul", "x w", "m", &[]), node("Add", "m b", "logits", &[])];
    let softmax =
        [dense.to_vec(), vec![node("Softmax", "logits", "p", &[]), node("Identity", "p", "y", &[])]];
    let two = [dense.to_vec(), vec![node("Identity", "logits", "same", &[])]];
    let rows: [(Vec<ModelNode>, &[&str]); 3] =
        [(dense.to_vec(), &["logits"]), (softmax.concat(), &["y"]), (two.concat(), &["logits", "same"])];
    for (nodes, outputs) in rows {
        let graph = simplified(&model(&[1, 5], &nodes, &constants, outputs)).unwrap();
        let names: Vec<&str> = graph.outputs.iter().map(|edge| graph.edges[edge.0].name.as_str()).collect();
        assert_eq!(names, outputs);
    }
}

#[test]
fn reads_external_data_only_inside_the_folder() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("inner").join("model.onnx");
    fs::create_dir(folder.path().join("inner")).unwrap();
    let bytes = fs::read(cases.join("external_data.onnx")).unwrap();
    let (name, data) = (b"external_data.bin", fs::read(cases.join("external_data.bin")).unwrap());
    let write = |location: &[u8; 17]| {
        let mut bytes = bytes.clone();
        while let Some(at) = bytes.windows(name.len()).position(|window| window == name) {
            if location == name {
                break;
            }
            bytes[at..at + name.len()].copy_from_slice(location);
        }
        fs::write(&model, bytes).unwrap();
    };
    let outside = folder.path().join("outside_data.bin");
    let beside = folder.path().join("inner/external_data.bin");
    fs::write(&outside, &data).unwrap();
    let refused = |expected: &str| {
        let message = load(&model).unwrap_err().to_string();
        assert!(message.starts_with("tensor `") && message.contains(expected), "{message}");
    };

    write(name);
    refused("cannot be read");
    fs::write(&beside, &data[..10]).unwrap();
    refused("which has 10 bytes");
    fs::write(&beside, &data).unwrap();
    Graph::build(&load(&model).unwrap()).unwrap();
    // A model is known by all that was read of it.
    let hash = || load_with_hash(&model).unwrap().1;
    let whole = hash();
    assert_ne!(whole, <[u8; 32]>::from(Keccak256::digest(&bytes)));
    for at in [0, data.len() - 1] {
        let mut changed = data.clone();
        changed[at] ^= 1;
        fs::write(&beside, &changed).unwrap();
        assert_ne!(hash(), whole, "byte {at}");
    }
    fs::write(&beside, &data).unwrap();
    assert_eq!(hash(), whole);
    let alone = cases.join("gemm.onnx");
    let file = Keccak256::digest(fs::read(&alone).unwrap());
    assert_eq!(load_with_hash(&alone).unwrap().1, <[u8; 32]>::from(file));

    write(b"../outside_da.bin");
    refused("model's folder");
    write(b"/tmp/external.bin");
    refused("model's folder");
    #[cfg(unix)]
    {
        write(name);
        fs::remove_file(&beside).unwrap();
        std::os::unix::fs::symlink(&outside, &beside).unwrap();
        refused("model's folder");
    }
}

/// A `.npy` file with a header of version 1.
fn npy(descriptor: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {shape}, }}");
    header.push_str(&" ".repeat(117 - header.len()));
    header.push('\n');
    [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), data].concat()
}

#[test]
fn reads_numpy_files_of_every_number_type() {
    /// Type, shape, data, and the values if the file is valid.
    type Row<'r> = (&'r str, &'r str, &'r [u8], Option<[f64; 2]>);
    let folder = tempfile::tempdir().unwrap();
    let inputs = [InputShape { name: "x".to_owned(), shape: vec![1, 2], is_integer: false }];
    let rows: &[Row<'_>] = &[
        ("<f4", "(2,)", &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], Some([1.0, -2.0])),
        (">f4", "(2,)", &[0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], Some([1.0, -2.0])),
        (
            "<i8",
            "(1, 2)",
            &[1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
            Some([1.0, -1.0]),
        ),
        ("|u1", "(2,)", &[1, 255], Some([1.0, 255.0])),
        ("<i2", "(2,)", &[1, 0, 255, 255], Some([1.0, -1.0])),
        ("|b1", "(2,)", &[1, 0], Some([1.0, 0.0])),
        ("<f4", "(2,)", &[0; 7], None),
        ("<f4", "(2,)", &[0; 9], None),
        ("<f4", "(2,)", &[0, 0, 0xc0, 0x7f, 0, 0, 0, 0], None),
        ("<f4", "(1099511627776,)", &[0; 8], None),
        ("<f4", "(200000000,)", &[0; 8], None),
        ("<f8", "(4294967296, 4294967296, 4294967296)", &[0; 8], None),
    ];
    for (descriptor, shape, data, expected) in rows {
        let path = folder.path().join("x.npy");
        fs::write(&path, npy(descriptor, shape, data)).unwrap();
        let read = load_samples(&path, &inputs);
        match expected {
            Some(expected) => {
                let values: Vec<f64> = read.unwrap()[0][0].iter().copied().collect();
                assert_eq!(values, expected, "{descriptor}");
            }
            None => assert!(read.is_err(), "{descriptor} {shape}"),
        }
    }
}

/// A layer of a random network on `[1, channels, height, width]`.
#[derive(Clone, Copy, Debug)]
enum Step {
    Conv,
    Scale,
    Shift,
    Relu,
    Identity,
    MaxPool,
    Normalize,
    Square,
    Skip,
    ThereAndBack,
    Unread,
}

fn network(steps: &[Step], seed: usize) -> Model {
    let value = |tag: usize| {
        move |index: usize| {
            let mixed = (index + 31 * tag + 977 * seed + 7).wrapping_mul(2_654_435_761) >> 7;
            f64::from(u16::try_from(mixed % 2000).unwrap()) / 1000.0 - 1.0
        }
    };
    let mut constants: BTreeMap<String, Constant> = BTreeMap::new();
    let mut nodes = Vec::new();
    let mut at = "x".to_owned();
    let mut before = at.clone();
    for (position, step) in steps.iter().enumerate() {
        let tag = position + 1;
        let (to, name) = (format!("e{position}"), |letter: &str| format!("{letter}{position}"));
        let pads = ("pads", Attribute::Ints(vec![1; 4]));
        match step {
            Step::Conv => {
                constants.insert(name("w"), floats(&[2, 2, 3, 3], value(tag)));
                nodes.push(node("Conv", &format!("{at} {}", name("w")), &to, &[pads]));
            }
            Step::Scale | Step::Shift => {
                constants.insert(name("c"), floats(&[2, 1, 1], value(tag)));
                let operator = if matches!(step, Step::Scale) { "Mul" } else { "Sub" };
                nodes.push(node(operator, &format!("{} {at}", name("c")), &to, &[]));
            }
            Step::Normalize => {
                constants.insert(name("s"), floats(&[2], value(tag)));
                constants.insert(name("v"), floats(&[2], |index| value(tag)(index) + 1.5));
                let (s, v) = (name("s"), name("v"));
                nodes.push(node("BatchNormalization", &format!("{at} {s} {s} {s} {v}"), &to, &[]));
            }
            Step::Relu => nodes.push(node("Relu", &at, &to, &[])),
            Step::Identity => nodes.push(node("Identity", &at, &to, &[])),
            Step::MaxPool => {
                let kernel = ("kernel_shape", Attribute::Ints(vec![3, 3]));
                nodes.push(node("MaxPool", &at, &to, &[kernel, pads]));
            }
            Step::Square => nodes.push(node("Mul", &format!("{at} {at}"), &to, &[])),
            Step::Skip => nodes.push(node("Add", &format!("{at} {before}"), &to, &[])),
            Step::ThereAndBack => {
                let perm = |axes: &[i64]| ("perm", Attribute::Ints(axes.to_vec()));
                nodes.push(node("Transpose", &at, &name("t"), &[perm(&[0, 2, 3, 1])]));
                nodes.push(node("Transpose", &name("t"), &to, &[perm(&[0, 3, 1, 2])]));
            }
            Step::Unread => {
                nodes.push(node("Relu", &at, &name("u"), &[]));
                nodes.push(node("Identity", &at, &to, &[]));
            }
        }
        before = std::mem::replace(&mut at, to);
    }
    let constants: Vec<(&str, Constant)> =
        constants.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    model(&[1, 2, 4, 4], &nodes, &constants, &[&at])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rewrites_keep_what_a_graph_computes(
        steps in proptest::collection::vec(
            prop_oneof![
                Just(Step::Conv), Just(Step::Scale), Just(Step::Shift), Just(Step::Relu), Just(Step::Identity),
                Just(Step::MaxPool), Just(Step::Normalize), Just(Step::Square), Just(Step::Skip),
                Just(Step::ThereAndBack), Just(Step::Unread),
            ],
            1..9,
        ),
        seed in 0usize..1000,
        values in proptest::collection::vec(-1.0..1.0f64, 32),
    ) {
        let model = network(&steps, seed);
        let graph = Graph::build(&model).unwrap();
        let rewritten = simplified(&model).unwrap();
        let input = [ArrayD::from_shape_vec(IxDyn(&[1, 2, 4, 4]), values).unwrap()];
        let expected = &graph.eval(&input)[graph.outputs[0].0];
        let actual = &rewritten.eval(&input)[rewritten.outputs[0].0];
        prop_assert_eq!(expected.shape(), actual.shape());
        for (expected, actual) in expected.iter().zip(actual) {
            let limit = 1e-9 * expected.abs().max(1.0);
            prop_assert!((expected - actual).abs() <= limit, "{} {}", expected, actual);
        }
    }
}
