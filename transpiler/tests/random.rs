//! Random graphs: the witness of the circuit is the integer model, whatever operators stand behind each other; there is no other
//! witness, and other parameters of the model find the same operators.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;
use proptest::prelude::*;
use tensorproof_circom::{Inputs, Level};
use tensorproof_r1cs::fr_from_bigint;
use tensorproof_transpiler::kernel::Kernel;
use tensorproof_transpiler::onnx::{Attribute, Constant, Model, ModelNode};
use tensorproof_transpiler::quantize::{
    Architecture, InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power,
    PublicSignals, QuantizeConfig, Sample, ScaleChoice, Scope,
};
use tensorproof_transpiler::{Graph, QuantizedGraph, emit, passes, quantize};

#[allow(dead_code)]
#[path = "../../templates/tests/harness/mod.rs"]
mod harness;
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
    "Floor",
    "Gather",
    "GatherElements",
    "Gelu",
    "HardSigmoid",
    "LeakyRelu",
    "LpPool",
    "MatMul",
    "MaxPool",
    "Neg",
    "Mod",
    "AveragePool",
    "PRelu",
    "QuantizeLinear",
    "Relu",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Transpose",
    "ReduceMax",
    "ReduceMean",
    "Round",
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
    /// What makes the constants others.
    salt: u32,
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

    /// Adds parameters, others for another salt, of which some make them so small that ranges are far narrower.
    fn parameters(&mut self, shape: &[usize], seed: u32) -> String {
        let Constant::Float(values) = constant(shape, seed ^ self.salt) else {
            panic!("constants are floats")
        };
        let factor = f64::from(self.salt % 8).exp2().recip();
        self.constant(Constant::Float(values * factor))
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
                let weights = self.parameters(&[2, 2, 3, 3], step.seed);
                let bias = self.parameters(&[2], step.seed ^ 1);
                self.node("Conv", vec![left, weights, bias], &[("pads", Attribute::Ints(vec![1, 1, 1, 1]))])
            }
            "MatMul" => {
                let weights = self.parameters(&[4, 4], step.seed);
                self.node("MatMul", vec![left, weights], &[])
            }
            "PRelu" => {
                let slopes = self.parameters(&[2, 1, 1], step.seed);
                self.node("PRelu", vec![left, slopes], &[])
            }
            "QuantizeLinear" => {
                let scale = self.constant(Constant::Float(ArrayD::from_elem(vec![], 0.0625)));
                let integers = self.node("QuantizeLinear", vec![left, scale.clone()], &[]);
                self.node("DequantizeLinear", vec![integers, scale], &[])
            }
            "Clip" => {
                let (low, high) = (constant(&[], 5), Constant::Float(ArrayD::from_elem(vec![], 1.5)));
                let (low, high) = (self.constant(low), self.constant(high));
                self.node("Clip", vec![left, low, high], &[])
            }
            "Mod" => {
                let divisor = self.constant(Constant::Float(ArrayD::from_elem(vec![], 0.75)));
                self.node("Mod", vec![left, divisor], &[("fmod", Attribute::Int(i64::from(step.seed % 2)))])
            }
            "Gather" | "GatherElements" => {
                let four = self.constant(Constant::Float(ArrayD::from_elem(vec![], 4.0)));
                let large = self.node("Mul", vec![left.clone(), four.clone()], &[]);
                let index = self.node("Floor", vec![large], &[]);
                let index = self.node("Mod", vec![index, four], &[]);
                if step.operator == "Gather" {
                    let table = self.parameters(&[4], step.seed);
                    self.node("Gather", vec![table, index], &[])
                } else {
                    self.node("GatherElements", vec![right, index], &[("axis", Attribute::Int(3))])
                }
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

/// Returns the model of some steps, with other parameters for another salt.
fn model(steps: &[Step], salt: u32) -> Model {
    let mut builder =
        Builder { salt, nodes: Vec::new(), constants: BTreeMap::new(), edges: vec!["x".to_owned()] };
    for step in steps {
        builder.step(step);
    }
    let output = builder.edges.last().unwrap().clone();
    Model {
        opset: 21,
        nodes: builder.nodes,
        constants: builder.constants,
        inputs: vec![("x".to_owned(), SHAPE.map(Into::into).to_vec())],
        integers: BTreeSet::new(),
        outputs: vec![output],
    }
}

/// Returns the model in integers; `None` where the graph is not supported, or no scale fits.
fn quantized(steps: &[Step], salt: u32, params: ParamsVisibility, power: Power) -> Option<QuantizedGraph> {
    scoped(steps, salt, params, power, Scope::Model)
}

/// Like [`quantized`], in a circuit for this model's parameters or any of its widths.
fn scoped(
    steps: &[Step],
    salt: u32,
    params: ParamsVisibility,
    power: Power,
    scope: Scope,
) -> Option<QuantizedGraph> {
    // What does not end in the last edge is dropped; a graph whose scales outgrow the field is refused.
    let mut graph = Graph::build(&model(steps, salt)).ok()?;
    passes::simplify(&mut graph);
    let config = QuantizeConfig {
        scale: ScaleChoice::Power(power),
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope,
        input_range: Some((-1.0, 1.0)),
        input: InputVisibility::Private,
        params,
        input_check: InputCheck::Circuit,
        output: OutputKind::Raw,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
    };
    quantize(&graph, &config, &[]).ok()
}

fn sample() -> Sample {
    let Constant::Float(values) = constant(&SHAPE, 9) else { panic!("constants are floats") };
    vec![values]
}

/// Returns the inputs of the circuit for the sample and a model's parameters.
fn inputs(quantized: &QuantizedGraph) -> Inputs {
    let mut inputs = support::parameters(&emit(quantized).unwrap().weights);
    for (port, values) in quantized.inputs.iter().zip(quantized.quantize_sample(&sample()).unwrap()) {
        inputs.insert(port.signal.clone(), values.iter().map(fr_from_bigint).collect());
    }
    inputs
}

/// Returns the operators that decide something, in order, each with the bits that it takes apart.
fn decisions(quantized: &QuantizedGraph) -> Vec<(&'static str, u64)> {
    let decision = |kernel: &Kernel| match kernel {
        Kernel::Relu { n } | Kernel::ReluRescale { n, .. } => Some(("Relu", *n)),
        Kernel::Rescale { n, .. } => Some(("Rescale", *n)),
        Kernel::IsNonNegative { n } => Some(("IsNonNegative", *n)),
        Kernel::Clamp { n, .. } => Some(("Clamp", *n)),
        Kernel::IsZero => Some(("IsZero", 0)),
        Kernel::FloorDivide { .. } => Some(("FloorDivide", 0)),
        Kernel::OneHot { .. } => Some(("OneHot", 0)),
        Kernel::ReduceMax { n, .. } => Some(("ReduceMax", *n)),
        Kernel::MaxPool2D { n, .. } => Some(("MaxPool", *n)),
        Kernel::Mul => Some(("Mul", 0)),
        _ => None,
    };
    quantized.layers.iter().filter_map(|layer| decision(&layer.kernel)).collect()
}

/// Returns the bits that are dropped, in order.
fn dropped(quantized: &QuantizedGraph) -> Vec<u64> {
    let bits = |kernel: &Kernel| match kernel {
        Kernel::ReluRescale { k, .. } | Kernel::Rescale { k, .. } => Some(*k),
        _ => None,
    };
    quantized.layers.iter().filter_map(|layer| bits(&layer.kernel)).collect()
}

/// Operators whose tables and lines follow the ranges of the model's own parameters, all of which are checked.
const BY_RANGE: [&str; 5] = ["Elu", "Gelu", "Sigmoid", "Softmax", "Tanh"];

const VISIBILITIES: [ParamsVisibility; 4] =
    [ParamsVisibility::Fixed, ParamsVisibility::Hashed, ParamsVisibility::Private, ParamsVisibility::Public];

/// Most wires of a circuit that is attacked.
const MOST_WIRES: u32 = 30_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn witness_equals_the_integer_model(
        steps in prop::collection::vec(step(), 1..7),
        params in prop::sample::select(&[ParamsVisibility::Fixed, ParamsVisibility::Private][..]),
    ) {
        let Some(quantized) = quantized(&steps, 0, params, Power::of_ten(2)) else {
            return Err(TestCaseError::reject("the graph is not supported"));
        };
        let integers = quantized.eval(&sample()).unwrap();
        support::check_witness(&quantized, &sample(), &integers).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// A circuit checks what its widths hold: from the first that differ on, so may what is needless. The packing of a commitment
    /// is such a width, unless the circuits are for given ones.
    #[test]
    fn other_parameters_find_the_same_operators(
        steps in prop::collection::vec(step(), 1..7),
        params in prop::sample::select(&VISIBILITIES[1..]),
        exponent in 1..6u32,
        salt in 1..u32::MAX,
        is_given in any::<bool>(),
    ) {
        let is_fit = |step: &Step| !BY_RANGE.contains(&step.operator);
        let is_sealed = params == ParamsVisibility::Hashed;
        let model = |salt, scope| scoped(&steps, salt, params, Power::of_ten(exponent), scope);
        let is_given = is_sealed && is_given;
        let own = model(0, if is_given { Scope::Any { headroom: 1 } } else { Scope::Model });
        let given = |own| if is_given { Scope::Given(Architecture::of(own)) } else { Scope::Model };
        let other = own.as_ref().and_then(|own| model(salt, given(own)));
        let (true, Some(own), Some(other)) = (steps.iter().all(is_fit), own, other) else {
            return Err(TestCaseError::reject("the graph is not supported"));
        };
        let (operators, others) = (decisions(&own), decisions(&other));
        let first = operators.iter().zip(&others).take_while(|(own, other)| own == other).count();
        let name = |operators: &[(&'static str, u64)]| operators.get(first).map(|(name, _)| *name);
        if is_given || !is_sealed {
            prop_assert_eq!(name(&operators), name(&others), "{:?}, {:?}", operators, others);
        }
        let parameters = inputs(&other);
        if dropped(&own) != dropped(&other) || !parameters.keys().eq(inputs(&own).keys()) {
            return Err(TestCaseError::reject("the scales are others"));
        }
        let integers = other.eval(&sample()).unwrap();
        let circuit = support::compiled(&emit(&own).unwrap().files).map_err(TestCaseError::fail)?;
        if let Ok(witness) = circuit.witness(&parameters) {
            let expected: Vec<_> = integers[other.outputs[0].place].iter().map(fr_from_bigint).collect();
            prop_assert_eq!(&witness.0[1..=expected.len()], &expected[..]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wires changed one at a time, and all directions in which they could move together.
    #[test]
    fn circuits_have_one_witness(
        steps in prop::collection::vec(step(), 1..4),
        params in prop::sample::select(&VISIBILITIES[..]),
        exponent in prop::sample::select(&[1u32, 2, 5, 9, 15][..]),
    ) {
        let Some(quantized) = quantized(&steps, 0, params, Power::of_ten(exponent)) else {
            return Err(TestCaseError::reject("the graph is not supported"));
        };
        let mut inputs = inputs(&quantized);
        if params == ParamsVisibility::Hashed {
            inputs.insert("paramsSalt".to_owned(), vec![7u64.into()]);
        }
        let circuit = support::compiled_at(&emit(&quantized).unwrap().files, Level::O0).map_err(TestCaseError::fail)?;
        if circuit.r1cs.wires > MOST_WIRES {
            return Err(TestCaseError::reject("the circuit is too large"));
        }
        let witness = circuit.witness(&inputs).unwrap();
        harness::forge_single_wires(&circuit, &witness, &format!("{steps:?}"));
        prop_assert_eq!(harness::free_directions(&circuit, &witness), 0);
    }
}
