//! The statements of a bounty: they agree with each other and with the integer model, hold for any parameters of an
//! architecture, and for nothing else.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;

use ndarray::ArrayD;
use num_bigint::BigInt;
use support::{floats, node};
use tensorproof_circom::{Circuit, Inputs, Options, Sources, compile};
use tensorproof_r1cs::{Fr, fr_from_bigint, fr_to_signed};
use tensorproof_transpiler::emit::{Bounty, Statement, TestSet, bounty};
use tensorproof_transpiler::kernel::Kernel;
use tensorproof_transpiler::onnx::{Constant, ModelNode};
use tensorproof_transpiler::quantize::{
    Architecture, InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power,
    PublicSignals, QuantizeConfig, ScaleChoice, Scope,
};
use tensorproof_transpiler::{Graph, QuantizedGraph, quantize};

/// Two files of seven bytes, whose last four are an image of 2x2.
const FILES: [[u8; 7]; 2] = [*b"P5 \x00\xff\x80\x07", *b"P5 \xfe\x10\x20\x01"];

/// A network with biases and a rectifier, or what else bends; its parameters are spread by a seed.
fn network(activation: &str, node_names: &str, factor: f64, seed: u32) -> Graph {
    let constant = |shape: &[usize], salt: u32| -> Constant {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(salt * 97);
        let values = (0..shape.iter().product()).map(|_: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (f64::from(state >> 20) / 2048.0 - 1.0) * factor
        });
        floats(shape, values)
    };
    let node = |operator: &str, inputs: &[&str], output: &str| ModelNode {
        name: format!("{node_names}{output}"),
        ..node(operator, inputs, output)
    };
    support::graph(
        &[1, 2, 2],
        vec![
            node("Flatten", &["x"], "flat"),
            node("Gemm", &["flat", "w", "b"], "sums"),
            node(activation, &["sums"], "hidden"),
            node("Gemm", &["hidden", "v", "c"], "logits"),
            node("Softmax", &["logits"], "y"),
        ],
        vec![
            ("w", constant(&[4, 5], 1)),
            ("b", constant(&[5], 2)),
            ("v", constant(&[5, 3], 3)),
            ("c", constant(&[3], 4)),
        ],
    )
}

fn graph(node_names: &str, factor: f64, seed: u32) -> Graph {
    network("Relu", node_names, factor, seed)
}

fn quantized(
    graph: &Graph,
    scope: Scope,
    range: (f64, f64),
) -> tensorproof_transpiler::Result<QuantizedGraph> {
    quantized_at(5, graph, scope, range)
}

fn quantized_at(
    exponent: u32,
    graph: &Graph,
    scope: Scope,
    range: (f64, f64),
) -> tensorproof_transpiler::Result<QuantizedGraph> {
    quantize(graph, &config(exponent, scope, range), &[])
}

fn config(exponent: u32, scope: Scope, range: (f64, f64)) -> QuantizeConfig {
    QuantizeConfig {
        scale: ScaleChoice::Power(Power { base: 2, exponent }),
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope,
        input_range: Some(range),
        input: InputVisibility::Public,
        params: ParamsVisibility::Hashed,
        input_check: InputCheck::Verifier,
        output: OutputKind::Auto,
        output_visibility: OutputVisibility::Public,
        batch: 1,
        public_signals: PublicSignals::Plain,
    }
}

const TEST_SET: TestSet = TestSet { samples: 2, bytes: 7 };

struct Compiled {
    circuit: Circuit,
    values: Vec<(String, Vec<usize>)>,
    places: BTreeMap<String, usize>,
}

impl Compiled {
    fn new(statement: &Statement) -> Self {
        let circuit =
            support::compiled(&statement.program.files).unwrap_or_else(|problems| panic!("{problems}"));
        let mut places = BTreeMap::new();
        let kept = circuit.for_each_symbol(|_, wire, _, name| {
            if let Some(wire) = wire {
                places.insert(name.to_owned(), wire.index());
            }
            Ok::<(), std::convert::Infallible>(())
        });
        kept.unwrap();
        Self { circuit, values: statement.values.clone(), places }
    }

    /// Returns the values that the digest stands for, if there is a witness.
    fn values(&self, inputs: &Inputs, challenge: u64) -> Option<BTreeMap<String, Vec<Fr>>> {
        let mut inputs = inputs.clone();
        inputs.insert("publicChallenge".to_owned(), vec![Fr::from(challenge)]);
        let witness = self.circuit.witness(&inputs).ok()?.0;
        let (mut values, mut sum, mut power) = (BTreeMap::new(), Fr::from(0), Fr::from(1));
        for (name, shape) in &self.values {
            let count: usize = shape.iter().product();
            let list: Vec<Fr> = (0..count)
                .map(|at| {
                    let indices = match shape[..] {
                        [] => String::new(),
                        [_] => format!("[{at}]"),
                        [_, columns] => format!("[{}][{}]", at / columns, at % columns),
                        _ => panic!("{name}"),
                    };
                    witness[self.places[&format!("main.{name}{indices}")]]
                })
                .collect();
            for value in &list {
                power *= Fr::from(challenge);
                sum += *value * power;
            }
            values.insert(name.clone(), list);
        }
        // Public signals: hash, value, challenge.
        assert_eq!(witness[2..4], [sum, Fr::from(challenge)]);
        Some(values)
    }
}

fn parameters(bounty: &Bounty) -> Inputs {
    let mut inputs = support::parameters(&bounty.accuracy.program.weights);
    inputs.insert("paramsSalt".to_owned(), vec![Fr::from(4242)]);
    inputs
}

fn fields(values: impl IntoIterator<Item = u8>) -> Vec<Fr> {
    values.into_iter().map(Fr::from).collect()
}

struct Market {
    quantized: QuantizedGraph,
    bounty: Bounty,
    accuracy: Compiled,
    /// Private inputs of the accuracy's statement.
    inputs: Inputs,
    /// The classes that the integer model gives.
    classes: Vec<u8>,
}

impl Market {
    /// Returns how many samples another model has in the same class.
    fn right(&self, quantized: &QuantizedGraph) -> u64 {
        let samples = self.inputs["images"].chunks(4).zip(&self.classes).filter(|(image, class)| {
            let integers = image.iter().map(|value| i32::try_from(fr_to_signed(value)).unwrap());
            let values = integers.map(|value| f64::from(value) / 32.0).collect();
            let sample = ArrayD::from_shape_vec(vec![1, 2, 2], values).unwrap();
            let output = quantized.eval(&vec![sample]).unwrap();
            output[quantized.outputs[0].place][0] == BigInt::from(**class)
        });
        samples.count() as u64
    }
}

fn market(range: (f64, f64)) -> Market {
    market_of("Relu", range)
}

fn market_of(activation: &str, range: (f64, f64)) -> Market {
    let graph = network(activation, "host/", 1.0, 7);
    let quantized = quantized(&graph, Scope::Any { headroom: 1 }, range).unwrap();
    let bounty = bounty(&quantized, TEST_SET).unwrap();
    let mut inputs = parameters(&bounty);
    let pixels: Vec<BigInt> =
        FILES.iter().flat_map(|file| file[3..].iter().map(|byte| bounty.pixels.integer(*byte))).collect();
    let classes: Vec<u8> = pixels
        .chunks(4)
        .map(|image| {
            let scale = 32.0;
            let values = image.iter().map(|value| i32::try_from(value).map(f64::from).unwrap() / scale);
            let sample = ArrayD::from_shape_vec(vec![1, 2, 2], values.collect()).unwrap();
            let values = quantized.eval(&vec![sample]).unwrap();
            u8::try_from(&values[quantized.outputs[0].place][0]).unwrap()
        })
        .collect();
    inputs.insert("images".to_owned(), pixels.iter().map(fr_from_bigint).collect());
    inputs.insert("labels".to_owned(), fields(classes.iter().copied()));
    inputs.insert("testSetSalt".to_owned(), vec![Fr::from(99)]);
    let accuracy = Compiled::new(&bounty.accuracy);
    Market { quantized, bounty, accuracy, inputs, classes }
}

#[test]
fn statements_agree_with_each_other_and_with_the_integer_model() {
    // Ranges in which a byte is a fraction, an integer, and a negative number.
    for range in [(0.0, 1.0), (0.0, 255.0), (-1.0, 1.0), (-0.5, 0.0)] {
        let Market { bounty, accuracy, inputs, classes, .. } = market(range);
        let values = accuracy.values(&inputs, 3).unwrap();
        assert_eq!(values["correct"], [Fr::from(2)], "{range:?}");

        let mut wrong = inputs.clone();
        wrong.insert("labels".to_owned(), fields([classes[0], (classes[1] + 1) % 3]));
        let other = accuracy.values(&wrong, 3).unwrap();
        assert_eq!(other["correct"], [Fr::from(1)], "{range:?}");
        assert_ne!(other["testSetRoot"], values["testSetRoot"]);
        assert_eq!(other["paramsHash"], values["paramsHash"]);

        let mut files = inputs.clone();
        files.retain(|name, _| ["labels", "testSetSalt"].contains(&name.as_str()));
        files.insert("bytes".to_owned(), fields(FILES.concat()));
        let test_set = Compiled::new(&bounty.test_set).values(&files, 5).unwrap();
        assert_eq!(test_set["testSetRoot"], values["testSetRoot"], "{range:?}");
        assert_eq!(test_set["testSetSalt"], inputs["testSetSalt"]);
        assert_eq!(test_set["labels"], inputs["labels"]);

        let alone =
            Sources::from_text("root.circom", &bounty.root).with_embedded(tensorproof_templates::FILES);
        let alone = compile(alone, Options::default())
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        files.remove("bytes");
        files.insert("images".to_owned(), inputs["images"].clone());
        assert_eq!(alone.witness(&files).unwrap().0[1], values["testSetRoot"][0]);
    }
}

/// The same integers of images are others at another scale, and of another shape.
#[test]
fn roots_are_of_images_and_their_form() {
    let root = |exponent, range| {
        let graph = network("Relu", "", 1.0, 7);
        let quantized = quantized_at(exponent, &graph, Scope::Any { headroom: 1 }, range).unwrap();
        let bounty = bounty(&quantized, TEST_SET).unwrap();
        let sources =
            Sources::from_text("root.circom", &bounty.root).with_embedded(tensorproof_templates::FILES);
        let circuit = compile(sources, Options::default())
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let pixel = |byte: &u8| fr_from_bigint(&bounty.pixels.integer(*byte));
        let images: Vec<Fr> = FILES.iter().flat_map(|file| file[3..].iter().map(pixel)).collect();
        let inputs = Inputs::from([
            ("images".to_owned(), images.clone()),
            ("labels".to_owned(), fields([1, 2])),
            ("testSetSalt".to_owned(), vec![Fr::from(99)]),
        ]);
        (images, circuit.witness(&inputs).unwrap().0[1])
    };
    let (images, expected) = root(5, (0.0, 1.0));
    let (same, other) = root(4, (0.0, 2.0));
    assert_eq!(images, same);
    assert_ne!(expected, other);
}

#[test]
fn a_byte_is_the_nearest_integer() {
    for (low, high) in [(0.0, 1.0), (0.0, 255.0), (-1.0, 1.0), (-0.75, 2.5)] {
        let graph = graph("", 1.0, 7);
        let quantized = quantized(&graph, Scope::Any { headroom: 1 }, (low, high)).unwrap();
        let pixels = bounty(&quantized, TEST_SET).unwrap().pixels;
        for byte in 0..=255u8 {
            let real = 32.0 * (low + f64::from(byte) / 255.0 * (high - low));
            let found = i32::try_from(pixels.integer(byte)).map(f64::from).unwrap();
            assert!(
                (found - real).abs() <= 0.5 + 1e-9,
                "{byte} in [{low}, {high}]: {found}, expected {real}"
            );
        }
    }
}

#[test]
fn digests_are_those_of_the_files() {
    // printf 'P5 \x00\xff\x80\x07' | sha256sum
    let Market { bounty, inputs, .. } = market((0.0, 1.0));
    let mut files = inputs.clone();
    files.retain(|name, _| ["labels", "testSetSalt"].contains(&name.as_str()));
    files.insert("bytes".to_owned(), fields(FILES.concat()));
    let values = Compiled::new(&bounty.test_set).values(&files, 5).unwrap();
    let half = |text: &str| fr_from_bigint(&BigInt::parse_bytes(text.as_bytes(), 16).unwrap());
    let expected = DIGESTS.map(|digest| [half(&digest[..32]), half(&digest[32..])]).concat();
    assert_eq!(values["digests"], expected);
}

const DIGESTS: [&str; 2] = [
    "65642ba260e5ca944f463cb80fe75b16b3a7c555e1f93cd52d904c54271c8f6a",
    "1d43fb2403c4f212f35a81ea8bdaed8bca6bccb1bb36e49be0b981bf9dd25fa6",
];

#[test]
fn any_parameters_of_the_architecture_have_the_same_circuit() {
    let host = market((0.0, 1.0));
    let architecture = Architecture::of(&host.quantized);
    let mut roots = Vec::new();
    for (names, factor, seed) in [("other/", 1.0, 1234), ("", 0.25, 5), ("zero/", 0.0, 0)] {
        let graph = graph(names, factor, seed);
        let quantized = quantized(&graph, Scope::Given(architecture.clone()), (0.0, 1.0)).unwrap();
        let bounty = bounty(&quantized, TEST_SET).unwrap();
        for (own, hosts) in [
            (&bounty.accuracy, &host.bounty.accuracy),
            (&bounty.test_set, &host.bounty.test_set),
            (&bounty.delivery, &host.bounty.delivery),
        ] {
            assert_eq!(own.program.files, hosts.program.files);
        }
        let mut inputs = host.inputs.clone();
        inputs.extend(parameters(&bounty));
        let values = host.accuracy.values(&inputs, 3).unwrap();
        roots.push(values["testSetRoot"].clone());
        assert_eq!(values["correct"], [Fr::from(host.right(&quantized))], "{names}");
    }
    assert!(roots.iter().all(|root| *root == roots[0]));

    // A file may say anything.
    let mut absurd = architecture.clone();
    absurd.layers[0].sums = u64::MAX;
    let message = quantized(&graph("", 1.0, 7), Scope::Given(absurd), (0.0, 1.0)).map(|_| ()).unwrap_err();
    assert!(message.to_string().contains("expected at most 250"), "{message}");

    let large = quantized(&graph("", 8.0, 7), Scope::Given(architecture), (0.0, 1.0));
    let message = large.map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("`Gemm`: parameters need"), "{message}");
}

/// Tables check the range of what they take; what other parameters bring outside of it has no witness.
#[test]
fn tables_hold_for_any_parameters() {
    for activation in ["Sigmoid", "Tanh", "Gelu", "Softplus", "Exp"] {
        let host = market_of(activation, (0.0, 1.0));
        let architecture = Architecture::of(&host.quantized);
        for (factor, seed) in [(1.0, 1234), (0.25, 5), (0.0, 0)] {
            let graph = network(activation, "", factor, seed);
            let quantized = quantized(&graph, Scope::Given(architecture.clone()), (0.0, 1.0)).unwrap();
            let bounty = bounty(&quantized, TEST_SET).unwrap();
            assert_eq!(bounty.accuracy.program.files, host.bounty.accuracy.program.files);
            let mut inputs = host.inputs.clone();
            inputs.extend(parameters(&bounty));
            let values = host.accuracy.values(&inputs, 3).unwrap();
            assert_eq!(values["correct"], [Fr::from(host.right(&quantized))], "{activation} {seed}");
        }

        // Parameters at the ends of their ranges, in the circuit and in the integer model alike.
        for pattern in 0..16u32 {
            let mut inputs = host.inputs.clone();
            let mut quantized = host.quantized.clone();
            let mut tensors: Vec<&mut Vec<BigInt>> = Vec::new();
            for layer in &mut quantized.layers {
                if let Kernel::Dense(parameters) = &mut layer.kernel {
                    tensors.extend([&mut parameters.weights, &mut parameters.bias]);
                }
            }
            assert_eq!(tensors.len(), host.bounty.params.len());
            for (at, (packed, values)) in host.bounty.params.iter().zip(tensors).enumerate() {
                let is_high = pattern >> at & 1 == 1;
                let high = &packed.form.low + (BigInt::from(1) << packed.form.bits) - 1;
                values.fill(if is_high { high } else { packed.form.low.clone() });
                inputs.insert(packed.signal.clone(), values.iter().map(fr_from_bigint).collect());
            }
            if let Some(values) = host.accuracy.values(&inputs, 3) {
                assert_eq!(values["correct"], [Fr::from(host.right(&quantized))], "{activation} {pattern}");
            }
        }
    }
}

#[test]
fn delivery_is_of_the_committed_parameters() {
    let Market { bounty, accuracy, inputs, .. } = market((0.0, 1.0));
    let committed = accuracy.values(&inputs, 3).unwrap()["paramsHash"].clone();
    let delivery = Compiled::new(&bounty.delivery);
    let mut sealed = parameters(&bounty);
    // EIP-2494's base point, and a private key.
    let key = [
        "5299619240641551281634865583518297030282874472190772894086521144482721001553",
        "16950150798460657717958625567821834550301663161624707787222815936182638968203",
    ];
    sealed.insert("recipient".to_owned(), key.map(|text| text.parse().unwrap()).to_vec());
    sealed.insert("paramsSecret".to_owned(), vec![Fr::from(31_337)]);
    let values = delivery.values(&sealed, 3).unwrap();
    assert_eq!(values["paramsHash"], committed);
    let length: usize =
        ["paramsCiphertext", "paramsTag", "paramsSender"].map(|name| values[name].len()).iter().sum();
    assert_eq!(length, bounty.ciphertext_length);

    let mut other = sealed.clone();
    other.insert("paramsSalt".to_owned(), vec![Fr::from(1)]);
    assert_ne!(delivery.values(&other, 3).unwrap()["paramsHash"], committed);
}

/// Parameters outside the widths have no reading in a commitment.
#[test]
fn what_is_too_large_has_no_witness() {
    let Market { accuracy, inputs, bounty, .. } = market((0.0, 1.0));
    assert!(accuracy.values(&inputs, 3).is_some());
    for packed in &bounty.params {
        for value in [&packed.form.low - 1, &packed.form.low + (BigInt::from(1) << packed.form.bits)] {
            let mut inputs = inputs.clone();
            inputs.get_mut(&packed.signal).unwrap()[0] = fr_from_bigint(&value);
            assert!(accuracy.values(&inputs, 3).is_none(), "{} = {value}", packed.signal);
        }
    }
    for (signal, value) in [("images", 64u64), ("labels", 4)] {
        let mut inputs = inputs.clone();
        inputs.get_mut(signal).unwrap()[0] = Fr::from(value);
        assert!(accuracy.values(&inputs, 3).is_none(), "{signal}");
    }
}

#[test]
fn what_cannot_be_a_bounty_is_refused() {
    let graph = graph("", 1.0, 7);
    let own = quantized(&graph, Scope::Model, (0.0, 1.0)).unwrap();
    let any = quantized(&graph, Scope::Any { headroom: 0 }, (0.0, 1.0)).unwrap();
    for (quantized, samples, bytes, expected) in [
        (&own, 2, 7, "its own parameters"),
        (&any, 0, 7, "0 files"),
        (&any, 2, 3, "of 3 bytes"),
        (&any, 2, usize::MAX, "expected 1 to"),
    ] {
        let message = bounty(quantized, TestSet { samples, bytes }).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

/// Squares have no range check: what the model's own weights cannot reach, others of the same widths may.
#[test]
fn values_that_could_wrap_around_are_refused() {
    let squares = |width: usize| {
        // One weight of each row is not zero, so that sums are far below what all of them could give.
        let identity = (0..width * width).map(|at| f64::from(u8::from(at % width == at / width)));
        let identity = floats(&[width, width], identity);
        let mut nodes = Vec::new();
        let mut last = "x".to_owned();
        for layer in 0..5 {
            let (sums, squares) = (format!("sums{layer}"), format!("squares{layer}"));
            nodes.push(node("MatMul", &[&last, "w"], &sums));
            nodes.push(node("Mul", &[&sums, &sums], &squares));
            last = squares;
        }
        nodes.push(node("Softmax", &[&last], "y"));
        support::graph(&[1, width], nodes, vec![("w", identity)])
    };
    let any = Scope::Any { headroom: 0 };
    assert!(quantized_at(1, &squares(2), any.clone(), (0.0, 1.0)).is_ok());
    let wide = squares(512);
    let message = quantized_at(1, &wide, any, (0.0, 1.0)).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("expected at most 250"), "{message}");
}
