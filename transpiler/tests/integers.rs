//! Operators that make integers, and indices that depend on the input: exact values, and what must have no witness.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../../templates/tests/harness/mod.rs"]
mod harness;
#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;

use ndarray::ArrayD;
use support::{compiled_at, floats, graph, in_integers, node, parameters};
use tensorproof_circom::{Circuit, Inputs, Level, Options};
use tensorproof_r1cs::fr_from_bigint;
use tensorproof_transpiler::onnx::{Attribute, Constant, ModelNode, Subgraph};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, ScaleChoice, Scope,
};
use tensorproof_transpiler::{emit, quantize};

fn integers(shape: &[usize], values: &[i64]) -> Constant {
    Constant::Int(ArrayD::from_shape_vec(shape.to_vec(), values.to_vec()).unwrap())
}

fn with(mut node: ModelNode, attributes: &[(&str, Attribute)]) -> ModelNode {
    node.attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    node
}

/// Returns the cast of `x` to integers of 64 bits.
fn cast(output: &str) -> ModelNode {
    with(node("Cast", &["x"], output), &[("to", Attribute::Int(7))])
}

/// Checks that float model, integer model and witness have exactly these outputs.
fn check(
    nodes: Vec<ModelNode>,
    constants: Vec<(&str, Constant)>,
    shape: &[usize],
    x: &[f64],
    expected: &[f64],
) {
    let told = format!("{:?}", nodes.iter().map(|node| &node.operator).collect::<Vec<_>>());
    let graph = graph(shape, nodes, constants);
    let sample = vec![ArrayD::from_shape_vec(shape.to_vec(), x.to_vec()).unwrap()];
    let values = graph.eval(&sample);
    let actual: Vec<f64> = values[graph.outputs[0].0].iter().copied().collect();
    assert_eq!(actual, expected, "{told}");
    let (quantized, integers) =
        in_integers(&graph, &sample).unwrap_or_else(|error| panic!("{told}: {error}"));
    let place = quantized.outputs[0].place;
    assert_eq!(quantized.dequantize(place, &integers[place]), expected, "{told}");
    support::check_witness(&quantized, &sample, &integers).unwrap_or_else(|error| panic!("{told}: {error}"));
}

#[test]
fn rounding_is_exact() {
    let x = [-2.5, -2.0, -1.5, -0.75, -0.5, 0.0, 0.5, 0.75, 1.0, 1.5, 2.5, 2.25];
    let rows: [(&str, [f64; 12]); 3] = [
        ("Floor", [-3.0, -2.0, -2.0, -1.0, -1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0]),
        ("Ceil", [-2.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0]),
        ("Round", [-2.0, -2.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 2.0]),
    ];
    for (operator, expected) in rows {
        let expected: Vec<f64> = expected.iter().map(|value| value + 0.0).collect();
        check(vec![node(operator, &["x"], "y")], Vec::new(), &[1, 12], &x, &expected);
    }
    let cut = [-2.0, -2.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0];
    check(vec![cast("y")], Vec::new(), &[1, 12], &x, &cut);
}

#[test]
fn remainders_and_quotients_are_exact() {
    let x = [-7.0, -6.0, -1.0, 0.0, 1.0, 5.0, 6.0, 7.0];
    let rows: [(&str, i64, f64, [f64; 8]); 5] = [
        ("Mod", 0, 3.0, [2.0, 0.0, 2.0, 0.0, 1.0, 2.0, 0.0, 1.0]),
        ("Mod", 0, -3.0, [-1.0, 0.0, -1.0, 0.0, -2.0, -1.0, 0.0, -2.0]),
        ("Mod", 1, 3.0, [-1.0, 0.0, -1.0, 0.0, 1.0, 2.0, 0.0, 1.0]),
        ("Mod", 1, -3.0, [-1.0, 0.0, -1.0, 0.0, 1.0, 2.0, 0.0, 1.0]),
        ("Mod", 0, 0.5, [0.0; 8]),
    ];
    for (operator, fmod, divisor, expected) in rows {
        let modulo = with(node(operator, &["x", "d"], "y"), &[("fmod", Attribute::Int(fmod))]);
        check(vec![modulo], vec![("d", floats(&[], [divisor]))], &[1, 8], &x, &expected);
    }
    let divide = || vec![cast("i"), node("Div", &["i", "d"], "y")];
    let thirds = [-2.0, -2.0, 0.0, 0.0, 0.0, 1.0, 2.0, 2.0];
    check(divide(), vec![("d", integers(&[], &[3]))], &[1, 8], &x, &thirds);
    let by_each = integers(&[8], &[-7, 7, 2, 3, -2, 5, -4, 7]);
    check(divide(), vec![("d", by_each)], &[1, 8], &x, &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 1.0]);
}

#[test]
fn integers_that_both_depend_on_the_input_divide() {
    let x = [-7.0, 6.0, -9.0, 100.0, 0.0, 8.0, 2.0, 3.0, -3.0, -7.0, 5.0, -4.0];
    let halves = || {
        let split = ModelNode { outputs: vec!["a".into(), "b".into()], ..node("Split", &["i"], "a") };
        vec![cast("i"), with(split, &[("axis", Attribute::Int(1))])]
    };
    let rows: [(&str, i64, [f64; 6]); 3] = [
        ("Div", 0, [-3.0, 2.0, 3.0, -14.0, 0.0, -2.0]),
        ("Mod", 0, [1.0, 0.0, 0.0, -5.0, 0.0, 0.0]),
        ("Mod", 1, [-1.0, 0.0, 0.0, 2.0, 0.0, 0.0]),
    ];
    for (operator, fmod, expected) in rows {
        let last = with(node(operator, &["a", "b"], "y"), &[("fmod", Attribute::Int(fmod))]);
        let nodes = halves().into_iter().chain([last]).collect();
        check(nodes, Vec::new(), &[1, 12], &x, &expected);
    }
}

#[test]
fn bits_are_those_of_the_type() {
    let x = [-128.0, -1.0, 0.0, 5.0, 100.0, 127.0];
    let of_type = |node, kind| with(node, &[("element_type", Attribute::Int(kind))]);
    let masks = || vec![("m", integers(&[], &[6]))];
    let rows: [(&str, [f64; 6]); 3] = [
        ("BitwiseAnd", [0.0, 6.0, 0.0, 4.0, 4.0, 6.0]),
        ("BitwiseOr", [-122.0, -1.0, 6.0, 7.0, 102.0, 127.0]),
        ("BitwiseXor", [-122.0, -7.0, 6.0, 3.0, 98.0, 121.0]),
    ];
    for (operator, expected) in rows {
        let nodes = vec![cast("i"), of_type(node(operator, &["i", "m"], "y"), 3)];
        check(nodes, masks(), &[1, 6], &x, &expected);
    }
    let nodes = vec![cast("i"), of_type(node("BitwiseNot", &["i"], "y"), 3)];
    check(nodes, Vec::new(), &[1, 6], &x, &[127.0, 0.0, -1.0, -6.0, -101.0, -128.0]);
    for (direction, expected) in [("LEFT", [4.0, 20.0, 144.0, 252.0]), ("RIGHT", [0.0, 1.0, 25.0, 15.0])] {
        let shift = with(
            node("BitShift", &["i", "p"], "y"),
            &[("element_type", Attribute::Int(2)), ("direction", Attribute::Text(direction.to_owned()))],
        );
        let places = vec![("p", integers(&[], &[2]))];
        check(vec![cast("i"), shift], places, &[1, 4], &[1.0, 5.0, 100.0, 63.0], &expected);
    }
    // Integers wrap around.
    let narrow = with(node("Cast", &["i"], "y"), &[("to", Attribute::Int(2))]);
    check(
        vec![cast("i"), narrow],
        Vec::new(),
        &[1, 4],
        &[-1.0, 255.0, 256.0, 300.0],
        &[255.0, 255.0, 0.0, 44.0],
    );
}

#[test]
fn indices_that_depend_on_the_input_find_their_rows() {
    let x = [2.0, -1.0, 0.0, 1.0];
    let table = || vec![("t", floats(&[3, 2], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))];
    let gather = |axis| with(node("Gather", &["t", "i"], "y"), &[("axis", Attribute::Int(axis))]);
    let rows = [5.0, 6.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0];
    check(vec![cast("i"), gather(0)], table(), &[1, 4], &x, &rows);
    let list = vec![("t", floats(&[3], [7.0, 8.0, 9.0]))];
    check(vec![cast("i"), gather(0)], list, &[1, 4], &x, &[9.0, 9.0, 7.0, 8.0]);
    let columns = [2.0, 2.0, 1.0, 2.0, 4.0, 4.0, 3.0, 4.0, 6.0, 6.0, 5.0, 6.0];
    check(vec![cast("i"), gather(1)], table(), &[1, 4], &[1.0, -1.0, 0.0, 1.0], &columns);
    let own = with(node("GatherElements", &["x", "i"], "y"), &[("axis", Attribute::Int(1))]);
    check(vec![cast("i"), own.clone()], Vec::new(), &[1, 4], &x, &[0.0, 1.0, 2.0, -1.0]);
    let one = vec![("t", floats(&[1, 2], [3.0, 4.0]))];
    check(vec![cast("i"), gather(0)], one, &[1, 2], &[0.0, -1.0], &[3.0, 4.0, 3.0, 4.0]);
    let slices = vec![cast("i"), node("GatherND", &["t", "i"], "y")];
    check(slices, table(), &[1, 2], &[2.0, 1.0], &[6.0]);
    let slices = vec![cast("i"), node("GatherND", &["x", "i"], "y")];
    check(slices, Vec::new(), &[2, 2], &[0.0, 1.0, 1.0, 0.0], &[1.0, 1.0]);
}

#[test]
fn updates_stand_at_their_indices() {
    let x = [1.0, 2.0, 3.0, 4.0];
    let scatter = |reduction: &str| {
        with(
            node("ScatterND", &["x", "at", "u"], "y"),
            &[("reduction", Attribute::Text(reduction.to_owned()))],
        )
    };
    let constants =
        || vec![("at", integers(&[3, 2], &[0, 1, 0, -1, 0, 1])), ("u", floats(&[3], [10.0, 20.0, 30.0]))];
    let rows = [
        ("none", [1.0, 30.0, 3.0, 20.0]),
        ("add", [1.0, 42.0, 3.0, 24.0]),
        ("mul", [1.0, 600.0, 3.0, 80.0]),
        ("max", [1.0, 30.0, 3.0, 20.0]),
        ("min", [1.0, 2.0, 3.0, 4.0]),
    ];
    for (reduction, expected) in rows {
        check(vec![scatter(reduction)], constants(), &[1, 4], &x, &expected);
    }
    // At indices that depend on the input.
    let runtime = |operator: &str, reduction: &str| {
        let attributes = [("reduction", Attribute::Text(reduction.to_owned())), ("axis", Attribute::Int(1))];
        vec![cast("i"), with(node(operator, &["d", "i", "x"], "y"), &attributes)]
    };
    let data = || vec![("d", floats(&[1, 5], [5.0, 6.0, 7.0, 8.0, 9.0]))];
    let elements = |reduction| runtime("ScatterElements", reduction);
    check(elements("none"), data(), &[1, 3], &[2.0, -1.0, 2.0], &[5.0, 6.0, 2.0, 8.0, -1.0]);
    check(elements("add"), data(), &[1, 3], &[2.0, -1.0, 2.0], &[5.0, 6.0, 11.0, 8.0, 8.0]);
    let nodes = vec![cast("i"), node("ScatterND", &["d", "i", "u"], "y")];
    let constants = vec![("d", floats(&[2, 2], [1.0, 2.0, 3.0, 4.0])), ("u", floats(&[1], [9.0]))];
    check(nodes, constants, &[1, 2], &[1.0, -2.0], &[1.0, 2.0, 9.0, 4.0]);
}

/// Returns the circuit of a graph whose input may lie from -9 to 9, and its inputs.
fn circuit_of(
    nodes: Vec<ModelNode>,
    constants: Vec<(&str, Constant)>,
    shape: &[usize],
    x: &[f64],
    level: Level,
) -> (Circuit, Inputs) {
    let graph = graph(shape, nodes, constants);
    let config = QuantizeConfig {
        scale: ScaleChoice::Power(Power::of_ten(2)),
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: Some((-9.0, 9.0)),
        input: InputVisibility::Private,
        params: ParamsVisibility::Private,
        input_check: InputCheck::Circuit,
        output: OutputKind::Raw,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
    };
    let quantized = quantize(&graph, &config, &[]).unwrap();
    let program = emit(&quantized).unwrap();
    let circuit = compiled_at(&program.files, level).unwrap();
    let mut inputs = parameters(&program.weights);
    let sample = vec![ArrayD::from_shape_vec(shape.to_vec(), x.to_vec()).unwrap()];
    for (port, values) in quantized.inputs.iter().zip(quantized.quantize_sample(&sample).unwrap()) {
        inputs.insert(port.signal.clone(), values.iter().map(fr_from_bigint).collect());
    }
    (circuit, inputs)
}

fn has_witness(nodes: Vec<ModelNode>, constants: Vec<(&str, Constant)>, shape: &[usize], x: &[f64]) -> bool {
    let (circuit, inputs) = circuit_of(nodes, constants, shape, x, Options::default().level);
    circuit.witness(&inputs).is_ok()
}

/// Each wire changed alone, and all directions in which wires could move together.
#[test]
fn circuits_of_integers_have_one_witness() {
    /// Nodes, constants, and the input.
    type Row<'r> = (Vec<ModelNode>, Vec<(&'r str, Constant)>, [f64; 2]);
    let table = || vec![("t", floats(&[3], [7.0, 8.0, 9.0]))];
    let divided = |operator: &str| {
        let split = ModelNode { outputs: vec!["a".into(), "b".into()], ..node("Split", &["i"], "a") };
        vec![cast("i"), with(split, &[("axis", Attribute::Int(1))]), node(operator, &["a", "b"], "y")]
    };
    let narrow = with(node("Cast", &["i"], "y"), &[("to", Attribute::Int(2))]);
    let rows: Vec<Row<'_>> = vec![
        (vec![node("Floor", &["x"], "y")], Vec::new(), [-1.25, 3.0]),
        (vec![node("Round", &["x"], "y")], Vec::new(), [-1.5, 2.5]),
        (vec![cast("y")], Vec::new(), [-1.25, 3.0]),
        (vec![node("Mod", &["x", "d"], "y")], vec![("d", floats(&[], [0.75]))], [-1.25, 3.0]),
        (vec![cast("i"), node("Gather", &["t", "i"], "y")], table(), [-2.0, 1.0]),
        (vec![cast("i"), node("Gather", &["t", "i"], "y")], vec![("t", floats(&[1], [7.0]))], [0.0, -1.0]),
        (vec![cast("i"), narrow], Vec::new(), [-2.0, 8.0]),
        (divided("Div"), Vec::new(), [-7.0, 2.0]),
        (divided("Mod"), Vec::new(), [7.0, -2.0]),
        (vec![node("Div", &["d", "x"], "y")], vec![("d", floats(&[2], [0.5, 2.0]))], [-7.0, 2.0]),
    ];
    for (nodes, constants, x) in rows {
        let told = format!("{:?}", nodes.iter().map(|node| &node.operator).collect::<Vec<_>>());
        let (circuit, inputs) = circuit_of(nodes, constants, &[1, 2], &x, Level::O0);
        let witness = circuit.witness(&inputs).unwrap();
        harness::forge_single_wires(&circuit, &witness, &told);
        assert_eq!(harness::free_directions(&circuit, &witness), 0, "{told}");
    }
}

#[test]
fn refuses_indices_out_of_bounds_and_divisors_of_zero() {
    let table = |rows: i32| vec![("t", floats(&[usize::try_from(rows).unwrap()], (0..rows).map(f64::from)))];
    for rows in [1, 2, 3, 4] {
        for index in -6i32..=6 {
            let nodes = vec![cast("i"), node("Gather", &["t", "i"], "y")];
            let inside = (-rows..rows).contains(&index);
            let found = has_witness(nodes, table(rows), &[1], &[f64::from(index)]);
            assert_eq!(found, inside, "index {index} of {rows} rows");
        }
    }
    for index in [-5i32, -4, 3, 4] {
        let nodes = vec![cast("i"), node("GatherElements", &["x", "i"], "y")];
        let nodes = nodes.into_iter().map(|node| {
            if node.operator == "Cast" { node } else { with(node, &[("axis", Attribute::Int(1))]) }
        });
        let x = [f64::from(index), 0.0, 0.0, 0.0];
        let found = has_witness(nodes.collect(), Vec::new(), &[1, 4], &x);
        assert_eq!(found, (-4..4).contains(&index), "index {index} of 4 elements");
    }
    for (operator, is_integer) in [("Div", true), ("Mod", true), ("Div", false)] {
        for divisor in [-2.0, 0.0, 3.0] {
            let mut nodes = vec![cast("i"), node("Neg", &["x"], "n")];
            let of = if is_integer { "i" } else { "n" };
            nodes.push(with(node("Split", &[of], "a"), &[("axis", Attribute::Int(1))]));
            nodes[2].outputs = vec!["a".to_owned(), "b".to_owned()];
            nodes.push(node(operator, &["a", "b"], "y"));
            let found = has_witness(nodes, Vec::new(), &[1, 2], &[5.0, divisor]);
            assert_eq!(found, divisor != 0.0, "{operator} by {divisor}");
        }
    }
    // A real number that its type does not hold.
    for (value, fits) in [(-1.0, false), (0.0, true), (9.0, true)] {
        let nodes = vec![with(node("Cast", &["x"], "y"), &[("to", Attribute::Int(2))])];
        assert_eq!(has_witness(nodes, Vec::new(), &[1], &[value]), fits, "{value}");
    }
}

fn body(nodes: Vec<ModelNode>, inputs: &[&str], outputs: &[&str]) -> Attribute {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    let (inputs, outputs) = (names(inputs), names(outputs));
    Attribute::Graph(Box::new(Subgraph { nodes, constants: BTreeMap::new(), inputs, outputs }))
}

#[test]
fn loops_and_branches_are_unrolled() {
    let halve = vec![
        node("Identity", &["c"], "go"),
        node("Add", &["v", "v"], "w"),
        with(node("Cast", &["i"], "f"), &[("to", Attribute::Int(1))]),
        node("Add", &["w", "f"], "s"),
    ];
    let loops = |outputs: &[&str]| {
        let mut node = with(
            node("Loop", &["n", "t", "x"], "y"),
            &[("body", body(halve.clone(), &["i", "c", "v"], &["go", "w", "s"]))],
        );
        node.outputs = outputs.iter().map(|name| (*name).to_owned()).collect();
        vec![node]
    };
    let constants = || vec![("n", integers(&[], &[3])), ("t", integers(&[], &[1]))];
    check(loops(&["y", "rows"]), constants(), &[1, 2], &[1.0, -1.0], &[8.0, -8.0]);
    check(loops(&["last", "y"]), constants(), &[1, 2], &[1.0, -1.0], &[2.0, -2.0, 5.0, -3.0, 10.0, -6.0]);
    let branch = with(
        node("If", &["p"], "y"),
        &[
            ("then_branch", body(vec![node("Neg", &["x"], "a")], &[], &["a"])),
            ("else_branch", body(vec![node("Add", &["x", "x"], "b")], &[], &["b"])),
        ],
    );
    for (x, expected) in [([3.0, 1.0], [-3.0, -1.0]), ([-3.0, 1.0], [-6.0, 2.0])] {
        let first = with(node("Gather", &["x", "zero"], "first"), &[("axis", Attribute::Int(1))]);
        let positive = node("Greater", &["first", "null"], "p");
        let constants = vec![("zero", integers(&[1], &[0])), ("null", floats(&[], [0.0]))];
        let reshaped = vec![
            first,
            node("Reshape", &["first", "one"], "flat"),
            ModelNode { inputs: vec!["flat".to_owned(), "null".to_owned()], ..positive },
            branch.clone(),
        ];
        let constants = constants.into_iter().chain([("one", integers(&[1], &[1]))]).collect();
        check(reshaped, constants, &[1, 2], &x, &expected);
    }
}
