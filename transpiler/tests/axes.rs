//! What is a batch, which lengths an input has, and how files hold samples.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use support::{floats, node};
use tensorproof_transpiler::axes::Length;
use tensorproof_transpiler::data::{Contents, InputShape, input_shapes};
use tensorproof_transpiler::onnx::{Attribute, Constant, Model, ModelNode};
use tensorproof_transpiler::{Graph, Lengths};

/// Returns a model whose axes are numbers, names, or open (`?`).
fn model(inputs: &[(&str, &[&str])], nodes: Vec<ModelNode>, constants: Vec<(&str, Constant)>) -> Model {
    let length = |text: &&str| match (*text, text.parse()) {
        ("?", _) => Length::Open,
        (_, Ok(length)) => Length::Fixed(length),
        (name, _) => Length::Named(name.to_owned()),
    };
    Model {
        opset: 17,
        nodes,
        constants: constants.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        inputs: inputs
            .iter()
            .map(|(name, axes)| ((*name).to_owned(), axes.iter().map(length).collect()))
            .collect(),
        integers: BTreeSet::new(),
        outputs: vec!["y".to_owned()],
    }
}

fn with(mut node: ModelNode, name: &str, value: Attribute) -> ModelNode {
    node.attributes.insert(name.to_owned(), value);
    node
}

fn weights() -> Constant {
    floats(&[4, 3], (0..12).map(f64::from))
}

/// Returns the nodes of a product with constant weights.
fn product() -> Vec<ModelNode> {
    vec![node("MatMul", &["x", "w"], "y")]
}

fn over_axis_0(operator: &str) -> Vec<ModelNode> {
    vec![with(node(operator, &["x"], "y"), "axes", Attribute::Ints(vec![0]))]
}

#[test]
fn tells_a_batch_from_data() {
    /// The axes of `x`, the nodes, data as JSON, and whether the first axis is a batch of which length, or the error.
    type Row<'r> = (&'r [&'r str], Vec<ModelNode>, &'r str, Result<(bool, &'r [usize]), &'r str>);
    let three = "[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]";
    let shape_sum = vec![
        node("Shape", &["x"], "shape"),
        with(node("Cast", &["shape"], "real"), "to", Attribute::Int(1)),
        with(node("ReduceSum", &["real"], "sum"), "keepdims", Attribute::Int(0)),
        node("Mul", &["x", "sum"], "y"),
    ];
    let transposed = vec![node("Transpose", &["x"], "t"), node("MatMul", &["x", "t"], "y")];
    let turned = vec![node("Transpose", &["x"], "y")];
    let flattened =
        vec![with(node("Flatten", &["x"], "f"), "axis", Attribute::Int(0)), node("MatMul", &["f", "w"], "y")];
    let rows: Vec<Row<'_>> = vec![
        (&["N", "4"], product(), "", Ok((true, &[1, 4]))),
        (&["?", "4"], product(), three, Ok((true, &[1, 4]))),
        (&["N", "4"], over_axis_0("ReduceMean"), three, Ok((false, &[3, 4]))),
        (&["?", "4"], over_axis_0("ReduceMax"), three, Ok((false, &[3, 4]))),
        (&["N", "4"], over_axis_0("ReduceMean"), "", Err("axis 0 (`N`) is not fixed")),
        // Nothing is mixed, but what is computed depends on how many there are.
        (&["N", "4"], shape_sum, three, Ok((false, &[3, 4]))),
        (&["N", "4"], transposed, three, Ok((false, &[3, 4]))),
        // The samples do not stand one after the other in the output.
        (&["N", "4"], turned, three, Ok((false, &[3, 4]))),
        // No more than one fits the weights.
        (&["N", "4"], flattened, "[[1, 2, 3, 4]]", Ok((false, &[1, 4]))),
        (&["3", "4"], product(), three, Ok((false, &[3, 4]))),
        (&["N", "seq", "4"], product(), "[[[1, 2, 3, 4], [1, 2, 3, 4]]]", Ok((true, &[1, 2, 4]))),
        (&["N", "seq", "4"], product(), "[[1, 2, 3, 4], [1, 2, 3, 4]]", Ok((true, &[1, 2, 4]))),
        (&["N", "seq", "4"], product(), "[1, 2, 3, 4, 5, 6, 7, 8]", Ok((true, &[1, 2, 4]))),
        (&["N", "seq", "4"], product(), "", Err("axis 1 (`seq`) is not fixed")),
        (&["N", "N", "4"], product(), "[[[1, 2, 3, 4], [1, 2, 3, 4]]]", Err("axis 1 (`N`) is 2, expected 1")),
    ];
    for (index, (axes, nodes, data, expected)) in rows.into_iter().enumerate() {
        let model = model(&[("x", axes)], nodes, vec![("w", weights())]);
        let contents =
            (!data.is_empty()).then(|| Contents::read(Path::new("x.json"), data.as_bytes()).unwrap());
        let lengths = Lengths { contents: contents.as_ref(), ..Lengths::default() };
        match (Graph::build_of(&model, &lengths), expected) {
            (Ok(graph), Ok((is_batch, shape))) => {
                let edge = graph.inputs[0];
                assert_eq!(
                    (graph.batched.contains(&edge), graph.edges[edge.0].shape.as_slice()),
                    (is_batch, shape),
                    "row {index}"
                );
            }
            (Err(error), Err(expected)) => {
                assert!(error.to_string().contains(expected), "row {index}: {error}");
            }
            (found, expected) => {
                panic!("row {index}: {:?}, expected {expected:?}", found.map(|graph| graph.edges))
            }
        }
    }
}

#[test]
fn takes_lengths_that_are_given() {
    /// Shapes, lengths by name, and the shape of `x`, or the error.
    type Row<'r> = (&'r [(&'r str, &'r [usize])], &'r [(&'r str, usize)], Result<&'r [usize], &'r str>);
    let rows: &[Row<'_>] = &[
        (&[("x", &[1, 16, 4])], &[], Ok(&[1, 16, 4])),
        (&[], &[("seq", 16)], Ok(&[1, 16, 4])),
        (&[], &[("seq", 16), ("N", 5)], Ok(&[5, 16, 4])),
        (&[("x", &[1, 16, 4])], &[("seq", 15)], Err("axis 1 (`seq`) is 16, expected 15")),
        (&[("x", &[1, 16, 5])], &[], Err("axis 2 is 5, expected 4")),
        (&[("x", &[16, 4])], &[], Err("has 2 axes, the model's has 3")),
        (&[("z", &[16, 4])], &[], Err("no input `z`, found `x`")),
        (&[], &[("time", 3)], Err("called `time`, found `N`, `seq`")),
        (&[], &[("seq", 1 << 40)], Err("is too large")),
    ];
    let model = model(&[("x", &["N", "seq", "4"])], product(), vec![("w", weights())]);
    for (shapes, dims, expected) in rows {
        let shapes: BTreeMap<String, Vec<usize>> =
            shapes.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect();
        let dims = dims.iter().map(|(name, length)| ((*name).to_owned(), *length)).collect();
        match (Graph::build_of(&model, &Lengths { shapes, dims, contents: None }), expected) {
            (Ok(graph), Ok(shape)) => assert_eq!(graph.edges[graph.inputs[0].0].shape, *shape),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (found, expected) => panic!("{:?}, expected {expected:?}", found.map(|graph| graph.edges)),
        }
    }
}

/// A PGM of two rows and three columns.
const PGM: &[u8] = b"P5 3 2 255\n\x00\x33\x66\x99\xcc\xff";

#[test]
fn reads_samples_as_tools_write_them() {
    /// Shapes of the inputs `a`, `b` .., the file, and the samples' values, or the error.
    type Row<'r> = (&'r [&'r [usize]], &'r str, &'r [u8], Result<&'r [&'r [&'r [f64]]], &'r str>);
    let pixels: &[f64] = &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
    let rows: &[Row<'_>] = &[
        (&[&[1, 2]], "x.json", b"[1, 2]", Ok(&[&[&[1.0, 2.0]]])),
        (&[&[1, 2]], "x.json", b"[[1, 2], [3, 4]]", Ok(&[&[&[1.0, 2.0]], &[&[3.0, 4.0]]])),
        (&[&[2, 2]], "x.json", b"[[1, 2], [3, 4]]", Ok(&[&[&[1.0, 2.0, 3.0, 4.0]]])),
        (&[&[2]], "x.json", b"[[1, 2], [3, 4]]", Ok(&[&[&[1.0, 2.0]], &[&[3.0, 4.0]]])),
        (&[&[2]], "x.json", b"[1, 2, 3, 4]", Ok(&[&[&[1.0, 2.0]], &[&[3.0, 4.0]]])),
        (&[&[]], "x.json", br#"{"a": 3}"#, Ok(&[&[&[3.0]]])),
        (&[&[1]], "x.json", b"[3, 4]", Ok(&[&[&[3.0]], &[&[4.0]]])),
        (&[&[1, 1, 2, 1]], "x.json", b"[[1, 2]]", Ok(&[&[&[1.0, 2.0]]])),
        (&[&[1, 3]], "x.json", b"[1, 2]", Err("has shape [2], expected [3] or several of it")),
        (&[&[3, 2]], "x.json", b"[[1, 2, 3], [4, 5, 6]]", Err("has shape [2, 3], expected [3, 2]")),
        (&[&[1, 2]], "x.json", br#"{"a": [true, "-1.5e0"]}"#, Ok(&[&[&[1.0, -1.5]]])),
        (&[&[1, 2]], "x.json", br#"{"a": [1, null]}"#, Err("found null, expected a number")),
        (&[&[1, 2]], "x.json", br#"{"a": [1, "one"]}"#, Err("found a string, expected a number")),
        (&[&[1, 2]], "x.json", br#"{"a": [1, "nan"]}"#, Err("is not a finite number")),
        (&[&[1, 2]], "x.json", br#"{"a": [1, 2], "note": "a cat"}"#, Ok(&[&[&[1.0, 2.0]]])),
        // ezkl
        (&[&[1, 1, 2]], "x.json", br#"{"input_data": [[1, 2]]}"#, Ok(&[&[&[1.0, 2.0]]])),
        (
            &[&[1, 1, 2]],
            "x.json",
            br#"{"input_data": [[1, 2, 3, 4]]}"#,
            Ok(&[&[&[1.0, 2.0]], &[&[3.0, 4.0]]]),
        ),
        (&[&[1, 2], &[1]], "x.json", br#"{"input_data": [[1, 2], [3]]}"#, Ok(&[&[&[1.0, 2.0], &[3.0]]])),
        (&[&[1, 2], &[1]], "x.json", br#"{"input_data": [[1, 2]]}"#, Err("has 1 arrays, expected 2")),
        // An input for all samples of another.
        (
            &[&[1, 2], &[1]],
            "x.json",
            br#"{"a": [[1, 2], [3, 4]], "b": [5]}"#,
            Ok(&[&[&[1.0, 2.0], &[5.0]], &[&[3.0, 4.0], &[5.0]]]),
        ),
        (
            &[&[1, 2], &[1]],
            "x.json",
            br#"{"a": [[1, 2]], "c": [5]}"#,
            Err("no input `b` that can be read: found `a`, `c`"),
        ),
        (&[&[1, 2]], "x.csv", b"1,2\n3, 4\n", Ok(&[&[&[1.0, 2.0]], &[&[3.0, 4.0]]])),
        (&[&[1, 2]], "x.CSV", b"width,height\n1,2\n", Ok(&[&[&[1.0, 2.0]]])),
        (&[&[1, 1], &[1, 1]], "x.csv", b"b,a,c\n1,2,0\n3,4,0\n", Ok(&[&[&[2.0], &[1.0]], &[&[4.0], &[3.0]]])),
        (&[&[1, 2]], "x.csv", b"1,2\n3,cat\n", Err("line 2: found `cat`, expected a number")),
        (&[&[1, 2]], "x.csv", b"1,2\n3\n", Err("found record with 1 fields")),
        (&[&[1, 2]], "x.csv", b"a,b\n", Err("has no line of numbers")),
        (&[&[1, 1, 2, 3]], "x.pgm", PGM, Ok(&[&[pixels]])),
        (&[&[1, 2, 3, 1]], "x.pgm", PGM, Ok(&[&[pixels]])),
        (&[&[2, 3]], "x.pgm", PGM, Ok(&[&[pixels]])),
        (&[&[1, 1, 3, 2]], "x.pgm", PGM, Err("2 rows and 3 columns does not fit shape [1, 1, 3, 2]")),
        (&[&[1, 2]], "x.png", b"GIF89a", Err("expected a PNG or PGM file")),
    ];
    for (shapes, name, bytes, expected) in rows {
        let inputs: Vec<InputShape> = ["a", "b"]
            .iter()
            .zip(*shapes)
            .map(|(name, shape)| InputShape {
                name: (*name).to_owned(),
                shape: shape.to_vec(),
                is_integer: false,
            })
            .collect();
        let shown = || format!("{shapes:?} {name} {}", String::from_utf8_lossy(bytes));
        let read = Contents::read(Path::new(name), bytes).and_then(|contents| contents.samples(&inputs));
        match (read, expected) {
            (Ok(samples), Ok(expected)) => {
                let found: Vec<Vec<Vec<f64>>> = samples
                    .iter()
                    .map(|sample| sample.iter().map(|array| array.iter().copied().collect()).collect())
                    .collect();
                assert_eq!(found, *expected, "{}", shown());
                for (array, shape) in samples[0].iter().zip(*shapes) {
                    assert_eq!(array.shape(), *shape, "{}", shown());
                }
            }
            (Err(error), Err(expected)) => {
                assert!(error.to_string().contains(expected), "{}: {error}", shown());
            }
            (found, expected) => panic!("{}: {found:?}, expected {expected:?}", shown()),
        }
    }
}

#[test]
fn an_input_may_be_called_like_ezkls_list() {
    let inputs = ["input_data", "mask"].map(|name| InputShape {
        name: name.to_owned(),
        shape: vec![1, 2],
        is_integer: false,
    });
    let text = br#"{"input_data": [[1, 2], [3, 4]], "mask": [[5, 6], [7, 8]]}"#;
    let samples = Contents::read(Path::new("x.json"), text).unwrap().samples(&inputs).unwrap();
    let values: Vec<f64> = samples.iter().flatten().flatten().copied().collect();
    assert_eq!(values, [1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0, 8.0]);
}

#[test]
fn brightness_is_whole_where_the_model_takes_integers() {
    let inputs = [InputShape { name: "a".to_owned(), shape: vec![1, 2, 3], is_integer: true }];
    let samples = Contents::read(Path::new("x.pgm"), PGM).unwrap().samples(&inputs).unwrap();
    assert_eq!(samples[0][0].iter().copied().collect::<Vec<_>>(), [0.0, 51.0, 102.0, 153.0, 204.0, 255.0]);
}

#[test]
fn computes_several_samples_that_a_model_fixes() {
    let graph = Graph::build(&model(&[("x", &["3", "4"])], product(), vec![("w", weights())])).unwrap();
    let samples = Contents::read(Path::new("x.json"), b"[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]").unwrap();
    let samples = samples.samples(&input_shapes(&graph)).unwrap();
    assert_eq!(samples.len(), 1);
    let values = graph.eval(&samples[0]);
    let found: Vec<f64> = values[graph.outputs[0].0].iter().copied().collect();
    assert_eq!(found, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 10.0, 11.0]);
}
