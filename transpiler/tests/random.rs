//! Random graphs: the witness of the circuit is the integer model, whatever operators stand behind each other.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;
use proptest::prelude::*;
use tensorproof_transpiler::onnx::{Attribute, Constant, Model, ModelNode};
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, Sample, ScaleChoice, Scope,
};
use tensorproof_transpiler::{Graph, passes, quantize};

#[allow(dead_code)]
mod support;

/// Every edge of a random graph has this shape.
const SHAPE: [usize; 4] = [1, 2, 4, 4];

/// Operators of one input and two, with those attributes that keep the shape.
const UNARY: &[&str] = &[
    "Abs",
    "Clip",
    "Conv",
    "CumSum",
    "Elu",
    "HardSigmoid",
    "LeakyRelu",
    "LpPool",
    "MatMul",
    "MaxPool",
    "Neg",
    "AveragePool",
    "Relu",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Transpose",
    "ReduceMax",
    "ReduceMean",
    "Sign",
];
const BINARY: &[&str] = &["Add", "Greater", "Max", "Min", "Mul", "Sub", "Where"];

/// An operator, its inputs among the edges so far, and a number that its constants come from.
#[derive(Clone, Debug)]
struct Step {
    operator: &'static str,
    inputs: [usize; 2],
    seed: u32,
}

fn step() -> impl Strategy<Value = Step> {
    let operator = prop_oneof![3 => prop::sample::select(UNARY), 2 => prop::sample::select(BINARY)];
    (operator, any::<[u8; 2]>(), any::<u32>()).prop_map(|(operator, inputs, seed)| Step {
        operator,
        inputs: inputs.map(usize::from),
        seed,
    })
}

/// Returns small constants, the same ones for the same seed.
fn constant(shape: &[usize], seed: u32) -> Constant {
    let mut state = u64::from(seed) | 1 << 40;
    Constant::Float(ArrayD::from_shape_simple_fn(shape.to_vec(), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 33) as u32 % 201) / 100.0 - 1.0
    }))
}

struct Builder {
    nodes: Vec<ModelNode>,
    constants: BTreeMap<String, Constant>,
    edges: Vec<String>,
}

impl Builder {
    fn constant(&mut self, value: Constant) -> String {
        let name = format!("c{}", self.constants.len());
        self.constants.insert(name.clone(), value);
        name
    }

    fn node(&mut self, operator: &str, inputs: Vec<String>, attributes: &[(&str, Attribute)]) -> String {
        let name = format!("n{}", self.nodes.len());
        self.nodes.push(ModelNode {
            name: name.clone(),
            operator: operator.to_owned(),
            inputs,
            outputs: vec![name.clone()],
            attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        });
        name
    }

    fn step(&mut self, step: &Step) {
        let edge = |at: usize| self.edges[at % self.edges.len()].clone();
        let (left, right) = (edge(step.inputs[0]), edge(step.inputs[1]));
        let axis = i64::from(step.seed % 3) + 1;
        let one = |value: i64| Constant::Int(ArrayD::from_elem(vec![], value));
        let window =
            [("kernel_shape", Attribute::Ints(vec![3, 3])), ("pads", Attribute::Ints(vec![1, 1, 1, 1]))];
        let output = match step.operator {
            "Conv" => {
                let weights = self.constant(constant(&[2, 2, 3, 3], step.seed));
                let bias = self.constant(constant(&[2], step.seed ^ 1));
                self.node("Conv", vec![left, weights, bias], &[("pads", Attribute::Ints(vec![1, 1, 1, 1]))])
            }
            "MatMul" => {
                let weights = self.constant(constant(&[4, 4], step.seed));
                self.node("MatMul", vec![left, weights], &[])
            }
            "Clip" => {
                let (low, high) = (constant(&[], 5), Constant::Float(ArrayD::from_elem(vec![], 1.5)));
                let (low, high) = (self.constant(low), self.constant(high));
                self.node("Clip", vec![left, low, high], &[])
            }
            "CumSum" => {
                let axis = self.constant(one(axis));
                self.node("CumSum", vec![left, axis], &[])
            }
            "MaxPool" => self.node("MaxPool", vec![left], &window),
            "LpPool" => {
                let [kernel, pads] = window;
                self.node("LpPool", vec![left], &[kernel, pads, ("p", Attribute::Int(1))])
            }
            "AveragePool" => {
                let [kernel, pads] = window;
                self.node(
                    "AveragePool",
                    vec![left],
                    &[kernel, pads, ("count_include_pad", Attribute::Int(1))],
                )
            }
            "Softmax" => self.node("Softmax", vec![left], &[("axis", Attribute::Int(axis))]),
            "Transpose" => self.node("Transpose", vec![left], &[("perm", Attribute::Ints(vec![0, 1, 3, 2]))]),
            "ReduceMax" | "ReduceMean" => {
                let axes = self.constant(Constant::Int(ArrayD::from_elem(vec![1], axis)));
                let reduced = self.node(step.operator, vec![left.clone(), axes], &[]);
                self.node("Sub", vec![left, reduced], &[])
            }
            "Greater" => {
                let bit = self.node("Greater", vec![left, right], &[]);
                self.node("Cast", vec![bit], &[("to", Attribute::Int(1))])
            }
            "Where" => {
                let bit = self.node("Greater", vec![left.clone(), right.clone()], &[]);
                self.node("Where", vec![bit, right, left], &[])
            }
            operator if BINARY.contains(&operator) => self.node(operator, vec![left, right], &[]),
            operator => self.node(operator, vec![left], &[]),
        };
        self.edges.push(output);
    }
}

fn model(steps: &[Step]) -> Model {
    let mut builder = Builder { nodes: Vec::new(), constants: BTreeMap::new(), edges: vec!["x".to_owned()] };
    for step in steps {
        builder.step(step);
    }
    let output = builder.edges.last().unwrap().clone();
    Model {
        opset: 21,
        nodes: builder.nodes,
        constants: builder.constants,
        inputs: vec![("x".to_owned(), SHAPE.map(Some).to_vec())],
        integers: BTreeSet::new(),
        outputs: vec![output],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn witness_equals_the_integer_model(steps in prop::collection::vec(step(), 1..7), is_fixed in any::<bool>()) {
        // What does not end in the last edge is dropped; a graph whose scales outgrow the field is refused.
        let Ok(mut graph) = Graph::build(&model(&steps)) else {
            return Err(TestCaseError::reject("the graph is not supported"));
        };
        passes::simplify(&mut graph);
        let config = QuantizeConfig {
            scale: ScaleChoice::Power(Power::of_ten(2)),
            tolerance: 0.05,
            layer_scales: BTreeMap::new(),
            scope: Scope::Model,
            input_range: Some((-1.0, 1.0)),
            input: InputVisibility::Private,
            params: if is_fixed { ParamsVisibility::Fixed } else { ParamsVisibility::Private },
            input_check: InputCheck::Circuit,
            output: OutputKind::Raw,
            output_visibility: OutputVisibility::Public,
            batch: 1,
        public_signals: PublicSignals::Plain,
        };
        let Ok(quantized) = quantize(&graph, &config, &[]) else {
            return Err(TestCaseError::reject("no scale fits"));
        };
        let Constant::Float(values) = constant(&SHAPE, 9) else {
            return Err(TestCaseError::reject("constants are floats"));
        };
        let sample: Sample = vec![values];
        let integers = quantized.eval(&sample).unwrap();
        support::check_witness(&quantized, &sample, &integers).map_err(TestCaseError::fail)?;
    }
}
