//! Tensors without values, anywhere in a model: an error that says where, or a model that does without them, never a panic.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use support::{floats, in_integers, node};
use tensorproof_transpiler::onnx::{Attribute, Constant, Model};
use tensorproof_transpiler::quantize::Sample;
use tensorproof_transpiler::{Graph, emit, load, passes};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "onnx"));
    paths.sort();
    paths
}

/// Takes a model as far as its circuit.
fn emitted(model: &Model) -> Result<(), String> {
    let mut graph = Graph::build(model).map_err(|error| error.to_string())?;
    passes::simplify(&mut graph);
    let sample: Sample =
        graph.inputs.iter().map(|edge| ArrayD::from_elem(IxDyn(&graph.edges[edge.0].shape), 0.25)).collect();
    let (quantized, _) = in_integers(&graph, &sample)?;
    emit(&quantized).map(|_| ()).map_err(|error| error.to_string())
}

fn emptied(constant: &Constant, axis: Option<usize>) -> Constant {
    let mut shape = constant.shape().to_vec();
    match axis {
        Some(axis) => shape[axis] = 0,
        None => shape = vec![0],
    }
    match constant {
        Constant::Float(_) => Constant::Float(ArrayD::zeros(shape)),
        Constant::Int(_) => Constant::Int(ArrayD::zeros(shape)),
    }
}

/// Returns a model with one thing after the other made empty.
fn variants(model: &Model) -> Vec<(String, Model)> {
    let mut variants = Vec::new();
    let mut add = |what: String, change: &dyn Fn(&mut Model)| {
        let mut other = model.clone();
        change(&mut other);
        variants.push((what, other));
    };
    for (name, constant) in &model.constants {
        for axis in (0..constant.shape().len()).map(Some).chain([None]) {
            add(format!("{name} {axis:?}"), &|other| {
                other.constants.insert(name.clone(), emptied(constant, axis));
            });
        }
    }
    for at in 0..model.inputs.len() {
        for axis in 0..model.inputs[at].1.len() {
            add(format!("input {axis}"), &|other| other.inputs[at].1[axis] = 0.into());
        }
        add("input of no shape".to_owned(), &|other| other.inputs[at].1 = vec![0.into()]);
    }
    for at in 0..model.nodes.len() {
        for (name, attribute) in &model.nodes[at].attributes {
            let odd = match attribute {
                Attribute::Int(_) => vec![Attribute::Int(0)],
                Attribute::Ints(values) => {
                    vec![Attribute::Ints(vec![0; values.len()]), Attribute::Ints(vec![])]
                }
                Attribute::Floats(_) => vec![Attribute::Floats(vec![])],
                Attribute::Tensor(constant) => vec![Attribute::Tensor(emptied(constant, None))],
                _ => vec![],
            };
            for odd in odd {
                add(format!("node {at}: {name} {odd:?}"), &|other| {
                    other.nodes[at].attributes.insert(name.clone(), odd.clone());
                });
            }
        }
    }
    add("no nodes".to_owned(), &|other| other.nodes.clear());
    add("no outputs".to_owned(), &|other| other.outputs.clear());
    add("no inputs".to_owned(), &|other| other.inputs.clear());
    variants
}

#[test]
fn never_panics_on_what_is_empty() {
    let mut count = 0;
    for path in cases() {
        for (what, model) in variants(&load(&path).unwrap()) {
            let outcome = catch_unwind(AssertUnwindSafe(|| emitted(&model)));
            assert!(outcome.is_ok(), "{} {what}", path.display());
            count += 1;
        }
    }
    assert!(count > 300, "{count} variants");
}

#[test]
fn says_what_has_no_values() {
    let int =
        |values: &[i64]| Constant::Int(ArrayD::from_shape_vec(vec![values.len()], values.to_vec()).unwrap());
    let model = |nodes, constants: Vec<(&str, Constant)>, length: usize| Model {
        opset: 21,
        nodes,
        constants: constants.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        inputs: vec![("x".to_owned(), vec![1.into(), length.into()])],
        integers: std::collections::BTreeSet::new(),
        outputs: vec!["y".to_owned()],
    };
    let nothing = |output: &str| node("Slice", &["x", "one", "one", "one"], output);
    let mut join = node("Concat", &["s", "x"], "y");
    join.attributes = BTreeMap::from([("axis".to_owned(), Attribute::Int(1))]);
    let one = || ("one", int(&[1]));
    let rows = [
        (model(vec![nothing("y")], vec![one()], 3), Some("its output `y` of shape [1, 0] has no values")),
        (
            model(vec![nothing("s"), node("Relu", &["s"], "y")], vec![one()], 3),
            Some("its input of shape [1, 0] has no values"),
        ),
        (
            model(
                vec![nothing("s"), node("MatMul", &["s", "w"], "y")],
                vec![one(), ("w", floats(&[0, 2], []))],
                3,
            ),
            Some("does not fit an input of shape [1, 0]"),
        ),
        (
            model(vec![node("MatMul", &["x", "w"], "y")], vec![("w", floats(&[3, 0], []))], 3),
            Some("does not fit an input of shape [1, 3]"),
        ),
        (model(vec![node("Relu", &["x"], "y")], vec![], 0), Some("input `x`: shape [1, 0] has no values")),
        // What has none, and is joined to what has some, is fine.
        (model(vec![nothing("s"), join], vec![one()], 3), None),
    ];
    for (model, expected) in rows {
        match (emitted(&model), expected) {
            (Ok(()), None) => {}
            (Err(message), Some(expected)) => assert!(message.contains(expected), "{message}"),
            (found, expected) => panic!("{found:?}, expected {expected:?}"),
        }
    }
}
