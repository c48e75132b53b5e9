//! Models that give a class themselves, and the operators of `ai.onnx.ml` around it: labels and scores as onnxruntime gives them,
//! of the float model, the integer model and the circuit.

#![allow(clippy::unwrap_used, clippy::panic, clippy::items_after_statements, clippy::type_complexity)]

#[allow(dead_code)]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;
use support::{check_witness, close, floats, in_integers, node};
use tensorproof_transpiler::onnx::{Attribute, Constant, Model, ModelNode};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, PublicSignals,
    QuantizeConfig, Sample, ScaleChoice, Scope,
};
use tensorproof_transpiler::settings::Settings;
use tensorproof_transpiler::{Graph, passes, quantize};

/// An operator of `ai.onnx.ml` or of ONNX with its attributes, from `x` to its outputs.
fn operator(name: &str, inputs: &[&str], outputs: &[&str], attributes: &[(&str, Attribute)]) -> ModelNode {
    ModelNode {
        outputs: outputs.iter().map(|name| (*name).to_owned()).collect(),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        ..node(name, inputs, outputs[0])
    }
}

fn model(features: usize, nodes: Vec<ModelNode>, constants: &[(&str, Constant)], outputs: &[&str]) -> Model {
    Model {
        opset: 21,
        nodes,
        constants: constants.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        inputs: vec![("x".to_owned(), vec![1.into(), features.into()])],
        integers: BTreeSet::new(),
        outputs: outputs.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn sample(values: &[f64]) -> Sample {
    vec![ArrayD::from_shape_vec(vec![1, values.len()], values.to_vec()).unwrap()]
}

fn simplified(model: &Model) -> Result<Graph, String> {
    let mut graph = Graph::build(model).map_err(|error| error.to_string())?;
    passes::simplify(&mut graph);
    Ok(graph)
}

/// Checks what a model gives for an input, in real numbers, in integers and in the circuit.
fn check(model: &Model, input: &[f64], expected: &[&[f64]]) {
    let context = format!("{:?} of {input:?}", model.nodes.last().map(|node| &node.attributes));
    let graph = simplified(model).unwrap();
    let values = graph.eval(&sample(input));
    for (edge, expected) in graph.outputs.iter().zip(expected) {
        let actual: Vec<f64> = values[edge.0].iter().copied().collect();
        close(&actual, expected, 1e-3).unwrap_or_else(|error| panic!("{context}: {error}: {actual:?}"));
    }
    let (quantized, integers) =
        in_integers(&graph, &sample(input)).unwrap_or_else(|error| panic!("{context}: {error}"));
    check_witness(&quantized, &sample(input), &integers).unwrap_or_else(|error| panic!("{context}: {error}"));
}

fn text(value: &str) -> Attribute {
    Attribute::Text(value.to_owned())
}

fn texts(values: &[&str]) -> Attribute {
    Attribute::Texts(values.iter().map(|value| (*value).to_owned()).collect())
}

/// A tree with one question, whose leaves have weights for classes.
fn stump(weights: [&[(i64, f64)]; 2], labels: &[i64], transform: &str, base: &[f64]) -> ModelNode {
    let entries: Vec<(i64, i64, f64)> = (1..)
        .zip(weights)
        .flat_map(|(leaf, list)| list.iter().map(move |(class, weight)| (leaf, *class, *weight)))
        .collect();
    let modes = texts(&["BRANCH_LEQ", "LEAF", "LEAF"]);
    let mut attributes = vec![
        ("nodes_treeids", Attribute::Ints(vec![0; 3])),
        ("nodes_nodeids", Attribute::Ints(vec![0, 1, 2])),
        ("nodes_featureids", Attribute::Ints(vec![0; 3])),
        ("nodes_modes", modes),
        ("nodes_values", Attribute::Floats(vec![0.5, 0.0, 0.0])),
        ("nodes_truenodeids", Attribute::Ints(vec![1, 0, 0])),
        ("nodes_falsenodeids", Attribute::Ints(vec![2, 0, 0])),
        ("class_treeids", Attribute::Ints(vec![0; entries.len()])),
        ("class_nodeids", Attribute::Ints(entries.iter().map(|entry| entry.0).collect())),
        ("class_ids", Attribute::Ints(entries.iter().map(|entry| entry.1).collect())),
        ("class_weights", Attribute::Floats(entries.iter().map(|entry| entry.2).collect())),
        ("classlabels_int64s", Attribute::Ints(labels.to_vec())),
        ("post_transform", text(transform)),
    ];
    if !base.is_empty() {
        attributes.push(("base_values", Attribute::Floats(base.to_vec())));
    }
    operator("TreeEnsembleClassifier", &["x"], &["label", "scores"], &attributes)
}

#[test]
fn trees_give_onnxruntimes_labels_and_scores() {
    type Weights = [&'static [(i64, f64)]; 2];
    let positive: Weights = [&[(0, 0.3)], &[(0, 0.7)]];
    let mixed: Weights = [&[(0, -0.3)], &[(0, 0.7)]];
    let second: Weights = [&[(1, 0.3)], &[(1, 0.7)]];
    let both: Weights = [&[(0, 0.6), (1, -0.4)], &[(0, 1.2), (1, 0.8)]];
    /// Weights at the leaves, labels, transformation, base values, the input, and what onnxruntime 1.32 gives: label, scores.
    type Row<'r> = (Weights, &'r [i64], &'r str, &'r [f64], f64, f64, [f64; 2]);
    let rows: &[Row<'_>] = &[
        (positive, &[5, 6], "NONE", &[], 0.0, 5.0, [0.7, 0.3]),
        (positive, &[5, 6], "NONE", &[], 1.0, 6.0, [0.3, 0.7]),
        (positive, &[5, 6], "NONE", &[-0.5], 1.0, 5.0, [0.8, 0.2]),
        // The label is decided by the score, which is not above one half, and not by the probability, which is.
        (positive, &[5, 6], "LOGISTIC", &[], 0.0, 5.0, [0.4256, 0.5744]),
        (positive, &[5, 6], "LOGISTIC", &[-0.5], 1.0, 5.0, [0.4502, 0.5498]),
        (mixed, &[5, 6], "NONE", &[], 0.0, 5.0, [0.3, -0.3]),
        (mixed, &[5, 6], "NONE", &[0.5], 0.0, 6.0, [-0.2, 0.2]),
        (mixed, &[-1, 1], "LOGISTIC", &[], 0.0, -1.0, [0.5744, 0.4256]),
        (mixed, &[-1, 1], "LOGISTIC", &[], 1.0, 1.0, [0.3318, 0.6682]),
        (second, &[5, 6], "NONE", &[], 0.0, 5.0, [0.0, 0.3]),
        (second, &[5, 6], "LOGISTIC", &[], 1.0, 6.0, [0.5, 0.6682]),
        // The second class has a score above zero, though not the larger one.
        (both, &[0, 1], "NONE", &[], 1.0, 1.0, [1.2, 0.8]),
        (both, &[0, 1], "NONE", &[], 0.0, 0.0, [0.6, -0.4]),
        (both, &[0, 1], "NONE", &[0.1, 0.2], 0.0, 1.0, [-0.8, 0.8]),
    ];
    for (weights, labels, transform, base, input, label, scores) in rows {
        let nodes = vec![stump(*weights, labels, transform, base)];
        check(&model(1, nodes, &[], &["label", "scores"]), &[*input], &[&[*label], scores]);
    }
}

#[test]
fn refuses_trees_whose_label_is_not_known() {
    let rows: [([&[(i64, f64)]; 2], &[i64], &[f64], &str); 4] = [
        ([&[(0, 0.6), (1, 0.4)], &[(0, 0.2), (1, 0.8)]], &[5, 6], &[], "weights of classes"),
        ([&[(0, 1.0)], &[(1, 1.0)]], &[0, 1], &[], "weights of classes"),
        ([&[(0, -1.0)], &[(1, -1.0), (2, -0.5)]], &[5, 6, 7], &[], "without a score"),
        ([&[(0, 1.0)], &[(0, 2.0)]], &[5], &[], "1 class labels"),
    ];
    for (weights, labels, base, expected) in rows {
        let nodes = vec![stump(weights, labels, "NONE", base)];
        let message = simplified(&model(1, nodes, &[], &["label", "scores"])).unwrap_err();
        assert!(message.contains(expected), "expected {expected}: {message}");
    }
}

#[test]
fn trees_compare_with_categories() {
    let attributes = |modes: Attribute| {
        [
            ("nodes_treeids", Attribute::Ints(vec![0; 5])),
            ("nodes_nodeids", Attribute::Ints(vec![0, 1, 2, 3, 4])),
            ("nodes_featureids", Attribute::Ints(vec![0, 0, 1, 0, 0])),
            ("nodes_modes", modes),
            ("nodes_values", Attribute::Floats(vec![2.0, 0.0, 0.25, 0.0, 0.0])),
            ("nodes_truenodeids", Attribute::Ints(vec![1, 0, 3, 0, 0])),
            ("nodes_falsenodeids", Attribute::Ints(vec![2, 0, 4, 0, 0])),
            ("target_treeids", Attribute::Ints(vec![0; 3])),
            ("target_nodeids", Attribute::Ints(vec![1, 3, 4])),
            ("target_ids", Attribute::Ints(vec![0; 3])),
            ("target_weights", Attribute::Floats(vec![10.0, 20.0, 30.0])),
        ]
    };
    for (mode, rows) in [
        ("BRANCH_EQ", [([2.0, 0.0], 10.0), ([1.0, 0.0], 20.0), ([3.0, 1.0], 30.0)]),
        ("BRANCH_NEQ", [([3.0, 0.0], 10.0), ([2.0, 0.0], 20.0), ([2.0, 1.0], 30.0)]),
    ] {
        let attributes = attributes(texts(&[mode, "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"]));
        let model =
            model(2, vec![operator("TreeEnsembleRegressor", &["x"], &["y"], &attributes)], &[], &["y"]);
        for (input, expected) in rows {
            check(&model, &input, &[&[expected]]);
        }
    }
}

#[test]
fn refuses_trees_that_go_in_a_circle() {
    let mut node = stump([&[(0, 1.0)], &[(0, 2.0)]], &[0, 1], "NONE", &[]);
    // A second tree, each of whose questions leads to the other one.
    for (name, more) in [
        ("nodes_treeids", [1, 1, 1, 1]),
        ("nodes_nodeids", [0, 1, 2, 3]),
        ("nodes_featureids", [0; 4]),
        ("nodes_truenodeids", [1, 0, 0, 0]),
        ("nodes_falsenodeids", [2, 3, 0, 0]),
    ] {
        let Some(Attribute::Ints(list)) = node.attributes.get_mut(name) else { panic!("{name}") };
        list.extend(more);
    }
    node.attributes.insert(
        "nodes_modes".to_owned(),
        texts(&["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF"]),
    );
    node.attributes.insert("nodes_values".to_owned(), Attribute::Floats(vec![0.5; 7]));
    let message = simplified(&model(1, vec![node], &[], &["label", "scores"])).unwrap_err();
    assert!(message.contains("in a circle"), "{message}");
}

/// A linear classifier of one feature.
fn linear(coefficients: &[f64], labels: (&'static str, Attribute), transform: &str) -> ModelNode {
    let attributes = [
        ("coefficients", Attribute::Floats(coefficients.to_vec())),
        ("intercepts", Attribute::Floats(vec![0.0; coefficients.len()])),
        labels,
        ("post_transform", text(transform)),
    ];
    operator("LinearClassifier", &["x"], &["label", "scores"], &attributes)
}

#[test]
fn linear_classifiers_give_onnxruntimes_labels_and_scores() {
    let labels = || ("classlabels_ints", Attribute::Ints(vec![5, 6]));
    let rows: [(&[f64], &str, f64, f64, [f64; 2]); 7] = [
        // The label of one score is the second one above zero, whatever the scores that are shown say.
        (&[1.0], "NONE", 0.2, 6.0, [0.8, 0.2]),
        (&[1.0], "NONE", -0.2, 5.0, [1.2, -0.2]),
        (&[1.0], "LOGISTIC", 0.0, 5.0, [0.5, 0.5]),
        (&[1.0], "LOGISTIC", 2.0, 6.0, [0.1192, 0.8808]),
        (&[-1.0, 1.0], "NONE", 0.2, 6.0, [-0.2, 0.2]),
        (&[-1.0, 1.0], "SOFTMAX", -0.6, 5.0, [0.7685, 0.2315]),
        (&[-1.0, 1.0], "LOGISTIC", 0.0, 5.0, [0.5, 0.5]),
    ];
    for (coefficients, transform, input, label, scores) in rows {
        let nodes = vec![linear(coefficients, labels(), transform)];
        check(&model(1, nodes, &[], &["label", "scores"]), &[input], &[&[label], &scores]);
    }
}

#[test]
fn normalizers_give_onnxruntimes_rows() {
    let rows: [(&str, [f64; 2], [f64; 2]); 9] = [
        ("MAX", [0.0, 0.0], [0.0, 0.0]),
        ("MAX", [-1.0, -2.0], [1.0, 2.0]),
        ("MAX", [3.0, -4.0], [1.0, -1.3333]),
        ("L1", [0.0, 0.0], [0.0, 0.0]),
        ("L1", [-1.0, -2.0], [-0.3333, -0.6667]),
        ("L1", [0.0, 0.001], [0.0, 1.0]),
        ("L2", [0.0, 0.0], [0.0, 0.0]),
        ("L2", [3.0, -4.0], [0.6, -0.8]),
        ("L2", [0.5, 0.25], [0.8944, 0.4472]),
    ];
    for (norm, input, expected) in rows {
        let nodes = vec![operator("Normalizer", &["x"], &["y"], &[("norm", text(norm))])];
        check(&model(2, nodes, &[], &["y"]), &input, &[&expected]);
    }
}

#[test]
fn features_are_prepared_as_onnxruntime_prepares_them() {
    let ints = |values: &[i64]| Attribute::Ints(values.to_vec());
    let reals = |values: &[f64]| Attribute::Floats(values.to_vec());
    let nan = || ("replaced_value_float", Attribute::Float(f64::NAN));
    /// Operator, attributes, the input, and what it gives.
    type Row<'r> = (&'r str, Vec<(&'r str, Attribute)>, [f64; 3], Vec<f64>);
    let keys = || ("keys_int64s", ints(&[1, 2, 3]));
    let rows: Vec<Row<'_>> = vec![
        ("Binarizer", vec![("threshold", Attribute::Float(2.0))], [1.0, 2.0, 2.5], vec![0.0, 0.0, 1.0]),
        (
            "Imputer",
            vec![nan(), ("imputed_value_floats", reals(&[7.0; 3]))],
            [1.0, 2.0, 3.0],
            vec![1.0, 2.0, 3.0],
        ),
        (
            "Imputer",
            vec![
                ("replaced_value_float", Attribute::Float(2.0)),
                ("imputed_value_floats", reals(&[7.0, 8.0, 9.0])),
            ],
            [1.0, 2.0, 3.0],
            vec![1.0, 8.0, 3.0],
        ),
        (
            "OneHotEncoder",
            vec![("cats_int64s", ints(&[1, 4]))],
            [1.0, 2.0, 4.0],
            vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0],
        ),
        (
            "LabelEncoder",
            vec![keys(), ("values_floats", reals(&[0.5, 0.25, 0.75]))],
            [1.0, 3.0, 5.0],
            vec![0.5, 0.75, 0.0],
        ),
        (
            "LabelEncoder",
            vec![keys(), ("values_int64s", ints(&[7, 8, 9]))],
            [3.0, 5.0, 2.0],
            vec![9.0, -1.0, 8.0],
        ),
        (
            "LabelEncoder",
            vec![keys(), ("values_strings", texts(&["b", "a", "b"]))],
            [2.0, 3.0, 5.0],
            vec![1.0, 0.0, 2.0],
        ),
        ("FeatureVectorizer", vec![], [1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]),
    ];
    for (name, attributes, input, expected) in rows {
        check(
            &model(3, vec![operator(name, &["x"], &["y"], &attributes)], &[], &["y"]),
            &input,
            &[&expected],
        );
    }
}

#[test]
fn extracts_columns_and_entries_of_lists() {
    let list =
        |values: &[i64]| Constant::Int(ArrayD::from_shape_vec(vec![values.len()], values.to_vec()).unwrap());
    let columns = vec![node("ArrayFeatureExtractor", &["x", "c"], "y")];
    check(&model(3, columns, &[("c", list(&[2, 0, 2]))], &["y"]), &[1.0, 2.0, 3.0], &[&[3.0, 1.0, 3.0]]);
    for (labels, expected) in [([0, 1, 2], 2.0), ([-1, 1, 3], 3.0), ([9, 4, 7], 7.0)] {
        let nodes = vec![
            operator("ArgMax", &["x"], &["at"], &[("axis", Attribute::Int(1))]),
            node("ArrayFeatureExtractor", &["l", "at"], "y"),
        ];
        check(&model(3, nodes, &[("l", list(&labels))], &["y"]), &[1.0, 2.0, 3.0], &[&[expected]]);
    }
}

#[test]
fn what_exporters_write_in_several_nodes_takes_arguments_of_any_size() {
    // The logistic function of -1000, 0 and 1000.
    let logistic = vec![
        node("Neg", &["x"], "n"),
        node("Exp", &["n"], "e"),
        node("Add", &["e", "one"], "s"),
        node("Reciprocal", &["s"], "y"),
    ];
    let one = [("one", floats(&[], [1.0]))];
    check(&model(3, logistic, &one, &["y"]), &[-1000.0, 0.0, 1000.0], &[&[0.0, 0.5, 1.0]]);
    // Of other elements it is no logistic function of the same ones.
    let turned = vec![
        node("Exp", &["x"], "e"),
        operator("Gather", &["e", "order"], &["g"], &[("axis", Attribute::Int(1))]),
        node("Add", &["g", "one"], "s"),
        node("Reciprocal", &["s"], "y"),
    ];
    let order = Constant::Int(ArrayD::from_shape_vec(vec![3], vec![2, 1, 0]).unwrap());
    let constants = [("one", floats(&[], [1.0])), ("order", order)];
    check(&model(3, turned, &constants, &["y"]), &[-2.0, 0.0, 2.0], &[&[0.1192, 0.5, 0.8808]]);
    // Probabilities from their logarithms.
    let log_sum = operator("ReduceLogSumExp", &["x"], &["l"], &[("axes", Attribute::Ints(vec![1]))]);
    let probabilities = vec![log_sum, node("Sub", &["x", "l"], "d"), node("Exp", &["d"], "y")];
    check(&model(3, probabilities, &[], &["y"]), &[-900.0, 0.0, 0.0], &[&[0.0, 0.5, 0.5]]);
    // A sum that is guarded against zero.
    let guarded = |from: &str| {
        vec![
            node("Relu", &["x"], "r"),
            operator("ReduceSum", &["r", "axis"], &["s"], &[]),
            operator("Cast", &["s"], &["b"], &[("to", Attribute::Int(9))]),
            node("Not", &["b"], "n"),
            operator("Cast", &["n"], &["g"], &[("to", Attribute::Int(1))]),
            node("Add", &[from, "g"], "d"),
            node("Div", &["r", "d"], "y"),
        ]
    };
    let axis = [("axis", Constant::Int(ArrayD::from_shape_vec(vec![1], vec![1]).unwrap()))];
    check(&model(3, guarded("s"), &axis, &["y"]), &[0.0, 0.0, -1.0], &[&[0.0, 0.0, 0.0]]);
    check(&model(3, guarded("s"), &axis, &["y"]), &[1.0, 3.0, -1.0], &[&[0.25, 0.75, 0.0]]);
    // Distances, as squares of lengths less twice a product.
    let distances = |offset: f64| {
        let centre = [
            ("c", floats(&[3, 2], [1.0, 0.0, 2.0, 0.0, 2.0, 0.0])),
            ("o", floats(&[2], [offset, 0.0])),
            ("m", floats(&[], [-2.0])),
        ];
        let nodes = vec![
            operator("ReduceSumSquare", &["x"], &["q"], &[("axes", Attribute::Ints(vec![1]))]),
            node("MatMul", &["x", "c"], "p"),
            node("Mul", &["p", "m"], "t"),
            node("Add", &["q", "t"], "s"),
            node("Add", &["s", "o"], "d"),
            node("Sqrt", &["d"], "y"),
        ];
        model(3, nodes, &centre, &["y"])
    };
    check(&distances(9.0), &[1.0, 2.0, 2.0], &[&[0.0, 3.0]]);
    check(&distances(9.0), &[-3.0, 2.0, 5.0], &[&[5.0, 38.0f64.sqrt()]]);
    // What is no distance may be below zero.
    let graph = simplified(&distances(8.0)).unwrap();
    assert!(in_integers(&graph, &sample(&[-3.0, 2.0, 5.0])).unwrap_err().contains("may be negative"));
}

fn automatic(graph: &Graph, samples: &[Sample]) -> tensorproof_transpiler::QuantizedGraph {
    let config = QuantizeConfig {
        scale: ScaleChoice::Auto,
        tolerance: 0.01,
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: None,
        input: InputVisibility::Public,
        params: ParamsVisibility::Private,
        input_check: InputCheck::Verifier,
        output: OutputKind::Auto,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
    };
    quantize(graph, &config, samples).unwrap()
}

#[test]
fn labels_are_compared_with_labels_and_scores_with_scores() {
    let labels = || ("classlabels_ints", Attribute::Ints(vec![5, 600]));
    let samples: Vec<Sample> = [-0.6, 0.013, 2.0].iter().map(|value| sample(&[*value])).collect();
    let both =
        simplified(&model(1, vec![linear(&[-1.0, 1.0], labels(), "LOGISTIC")], &[], &["label", "scores"]))
            .unwrap();
    let quantized = automatic(&both, &samples);
    let agreement = quantized.compare(&both, &samples).unwrap();
    assert_eq!(agreement.same_class, samples.len());
    assert!(agreement.max_abs_output < 1.0 && agreement.max_abs_error < 0.01, "{agreement:?}");
    // Of a label alone the scores behind it are compared.
    let alone = simplified(&model(1, vec![linear(&[-1.0, 1.0], labels(), "NONE")], &[], &["label"])).unwrap();
    let agreement = automatic(&alone, &samples).compare(&alone, &samples).unwrap();
    assert_eq!((agreement.same_class, agreement.max_abs_output), (samples.len(), 2.0));
    // A wrong label is not outweighed by scores that are near.
    let shifted =
        simplified(&model(1, vec![linear(&[-1.0, 1.001], labels(), "LOGISTIC")], &[], &["label", "scores"]))
            .unwrap();
    let negative = [sample(&[-0.0]), sample(&[1.0])];
    assert_eq!(automatic(&shifted, &negative).compare(&shifted, &negative).unwrap().same_class, 2);
}

#[test]
fn labels_that_are_strings_are_their_positions_and_stand_in_the_settings() {
    let names = ["setosa", "\"}; process.exit(1); //"];
    let classifier = || linear(&[-1.0, 1.0], ("classlabels_strings", texts(&names)), "NONE");
    let graph = simplified(&model(1, vec![classifier()], &[], &["label", "scores"])).unwrap();
    let quantized = automatic(&graph, &[sample(&[0.5])]);
    let settings = Settings::of(&quantized, "model.onnx");
    let expected: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(settings.outputs[0].labels, Some(expected));
    assert_eq!(settings.outputs[1].labels, None);
    let program = tensorproof_transpiler::emit(&quantized).unwrap();
    assert!(program.files.iter().all(|(_, text)| !text.contains("process.exit")));
    for second in [node("Add", &["label", "label"], "y"), node("Equal", &["label", "label"], "y")] {
        let message = simplified(&model(1, vec![classifier(), second], &[], &["y"])).unwrap_err();
        assert!(message.contains("holds strings"), "{message}");
    }
    let keys = [
        ("keys_strings", texts(&[names[1], "other", names[0]])),
        ("values_int64s", Attribute::Ints(vec![10, 11, 12])),
    ];
    let encoder = operator("LabelEncoder", &["label"], &["y"], &keys);
    check(&model(1, vec![classifier(), encoder], &[], &["y"]), &[0.5], &[&[10.0]]);
}

#[test]
fn ensembles_of_version_5_ask_for_members_of_sets() {
    let list = |values: &[i64]| Attribute::Ints(values.to_vec());
    let tensor = |values: &[f64]| Attribute::Tensor(floats(&[values.len()], values.iter().copied()));
    let attributes = [
        ("n_targets", Attribute::Int(2)),
        ("tree_roots", list(&[0, 2])),
        ("nodes_featureids", list(&[0, 1, 0])),
        ("nodes_modes", tensor(&[6.0, 0.0, 5.0])),
        ("nodes_splits", tensor(&[0.0, 0.25, 3.0])),
        ("nodes_truenodeids", list(&[0, 1, 3])),
        ("nodes_trueleafs", list(&[1, 1, 1])),
        ("nodes_falsenodeids", list(&[1, 2, 0])),
        ("nodes_falseleafs", list(&[0, 1, 1])),
        ("leaf_targetids", list(&[0, 1, 0, 1])),
        ("leaf_weights", tensor(&[10.0, 20.0, 30.0, 40.0])),
        ("membership_values", Attribute::Floats(vec![1.0, 4.0, f64::NAN])),
    ];
    let model = model(2, vec![operator("TreeEnsemble", &["x"], &["y"], &attributes)], &[], &["y"]);
    for (input, expected) in [
        ([1.0, 0.0], [10.0, 40.0]),
        ([4.0, 1.0], [10.0, 40.0]),
        ([2.0, 0.0], [0.0, 60.0]),
        ([3.0, 1.0], [40.0, 0.0]),
        ([3.0, 0.0], [10.0, 20.0]),
    ] {
        check(&model, &input, &[&expected]);
    }
}
