//! Parameters that are not the model's: whoever proves may choose them, as far as the circuit admits them, and must not find an
//! operator left out or a value that wraps around in the field.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;

use ndarray::ArrayD;
use support::{compiled, floats, graph, node, parameters};
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_to_signed};
use tensorproof_transpiler::kernel::Kernel;
use tensorproof_transpiler::onnx::ModelNode;
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, ScaleChoice, Scope,
};
use tensorproof_transpiler::{Graph, QuantizedGraph, Result, emit, quantize};

fn quantized(graph: &Graph, params: ParamsVisibility, power: Power) -> Result<QuantizedGraph> {
    let config = QuantizeConfig {
        scale: ScaleChoice::Power(power),
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: Some((0.0, 1.0)),
        input: InputVisibility::Public,
        params,
        input_check: InputCheck::Verifier,
        output: OutputKind::Raw,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
    };
    quantize(graph, &config, &[])
}

const TEN_TO_2: Power = Power { base: 10, exponent: 2 };

/// Returns `steps` of `s = x / 2 + bias`.
fn after_a_sum(bias: f64, steps: &[ModelNode]) -> Graph {
    let mut nodes = vec![node("Gemm", &["x", "w", "b"], "s")];
    nodes.extend_from_slice(steps);
    let one = |value: f64| floats(&[], [value]);
    let constants = vec![
        ("w", floats(&[1, 1], [0.5])),
        ("b", floats(&[1], [bias])),
        ("0", one(0.0)),
        ("0.395", one(0.395)),
        ("1", one(1.0)),
        ("1.25", one(1.25)),
        ("1.55", one(1.55)),
    ];
    graph(&[1, 1], nodes, constants)
}

/// With the model's own bias, 1, sums are between 1 and 1.5, and the last operator of each row does nothing. With the other
/// one it does.
#[test]
fn ranges_that_other_parameters_leave_leave_no_operator_out() {
    let rows: [(&[ModelNode], f64); 5] = [
        (&[node("Clip", &["s", "0", "1.55"], "y")], 1.6),
        (
            &[
                node("GreaterOrEqual", &["s", "0"], "bit"),
                node("Not", &["bit"], "other"),
                node("Relu", &["other"], "y"),
            ],
            -1.0,
        ),
        (
            &[
                node("Relu", &["s"], "h"),
                node("Add", &["h", "1"], "above"),
                node("Reciprocal", &["above"], "r"),
                node("Sub", &["r", "0.395"], "rest"),
                node("Relu", &["rest"], "y"),
            ],
            1.6,
        ),
        (
            &[
                node("Relu", &["s"], "h"),
                node("Sqrt", &["h"], "root"),
                node("Sub", &["1.25", "root"], "rest"),
                node("Relu", &["rest"], "y"),
            ],
            1.6,
        ),
        (&[node("Relu", &["s"], "h"), node("Min", &["h", "1.55"], "y")], 1.6),
    ];
    for (steps, bias) in rows {
        let context = format!("{steps:?}");
        let [own, other] = [1.0, bias].map(|bias| after_a_sum(bias, steps));
        let program = emit(&quantized(&own, ParamsVisibility::Private, TEN_TO_2).unwrap()).unwrap();
        let circuit = compiled(&program.files).unwrap();
        let chosen = parameters(
            &emit(&quantized(&other, ParamsVisibility::Private, TEN_TO_2).unwrap()).unwrap().weights,
        );
        assert!(chosen.keys().eq(parameters(&program.weights).keys()), "{context}");

        let zero = vec![ArrayD::zeros(vec![1, 1])];
        let model = quantized(&own, ParamsVisibility::Private, TEN_TO_2).unwrap();
        let mut inputs: Inputs = chosen;
        inputs.insert("x".to_owned(), vec![Fr::from(0)]);
        let output =
            fr_to_signed(&circuit.witness(&inputs).unwrap_or_else(|error| panic!("{context}: {error}")).0[1]);
        let found = model.dequantize(model.outputs[0].place, &[output])[0];
        let expected = other.eval(&zero)[other.outputs[0].0][[0, 0]];
        assert!((found - expected).abs() < 0.005, "{context}: {found}, expected {expected}");
    }
}

#[test]
fn what_does_nothing_for_any_parameters_is_left_out() {
    let twice = after_a_sum(1.0, &[node("Relu", &["s"], "h"), node("Relu", &["h"], "y")]);
    let rectifiers = |params| {
        let layers = quantized(&twice, params, TEN_TO_2).unwrap().layers;
        layers
            .iter()
            .filter(|layer| matches!(layer.kernel, Kernel::Relu { .. } | Kernel::ReluRescale { .. }))
            .count()
    };
    assert_eq!(rectifiers(ParamsVisibility::Private), 1);
    assert_eq!(rectifiers(ParamsVisibility::Hashed), 1);
    assert_eq!(rectifiers(ParamsVisibility::Fixed), 0);
}

/// Returns a network of sums, each of one of so many values, and of squares, then of other steps.
fn squares(width: usize, layers: usize, steps: &[ModelNode]) -> Graph {
    let identity = (0..width * width).map(|at| f64::from(u8::from(at % width == at / width)));
    let mut nodes = Vec::new();
    let mut before = "x".to_owned();
    for layer in 0..layers {
        let (sums, squares) = (format!("sums{layer}"), format!("squares{layer}"));
        nodes.push(node("MatMul", &[&before, "w"], &sums));
        nodes.push(node("Mul", &[&sums, &sums], &squares));
        before = squares;
    }
    nodes.push(node("Identity", &[&before], "squares"));
    nodes.extend_from_slice(steps);
    let constants =
        vec![("w", floats(&[width, width], identity)), ("prime", floats(&[], [f64::from(u32::MAX >> 1)]))];
    graph(&[1, width], nodes, constants)
}

const COMMITTED: [ParamsVisibility; 2] = [ParamsVisibility::Hashed, ParamsVisibility::Encrypted];

fn refuses(graph: &Graph, power: Power) {
    for params in COMMITTED {
        let message = quantized(graph, params, power).map(|_| ()).unwrap_err().to_string();
        let is_told = message.contains("fit the commitment") && message.contains("expected at most 250");
        assert!(is_told, "{message}");
    }
    for params in [ParamsVisibility::Private, ParamsVisibility::Public, ParamsVisibility::Fixed] {
        assert!(quantized(graph, params, power).is_ok(), "{params:?}");
    }
}

/// Squares have no range check: what the model's own weights cannot reach, others that fit the commitment may.
#[test]
fn commitments_that_admit_values_that_wrap_around_are_refused() {
    let power = Power { base: 2, exponent: 1 };
    let last = [node("Neg", &["squares"], "y")];
    for params in COMMITTED {
        assert!(quantized(&squares(2, 5, &last), params, power).is_ok());
    }
    refuses(&squares(512, 5, &last), power);
}

/// A root is taken of a multiple, which may wrap around where the value itself does not.
#[test]
fn commitments_that_admit_multiples_that_wrap_around_are_refused() {
    let power = Power { base: 10, exponent: 1 };
    let product = node("Mul", &["squares", "prime"], "product");
    let negated = squares(4, 5, &[product.clone(), node("Neg", &["product"], "y")]);
    for params in COMMITTED {
        assert!(quantized(&negated, params, power).is_ok());
    }
    refuses(&squares(4, 5, &[product, node("Sqrt", &["product"], "y")]), power);
}
