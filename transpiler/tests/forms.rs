//! What commitments and ciphertexts cover: values and their form, of files and around models.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use std::collections::BTreeMap;

use ndarray::ArrayD;
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use support::{floats, node};
use tensorproof_circom::{Circuit, Inputs, Level, Options, Sources, compile};
use tensorproof_r1cs::{Fr, fr_from_bigint};
use tensorproof_transpiler::emit::sealing;
use tensorproof_transpiler::form::TensorForm;
use tensorproof_transpiler::quantize::{
    InputCheck, InputVisibility, OutputKind, OutputVisibility, ParamsVisibility, Power, PublicSignals,
    QuantizeConfig, ScaleChoice, Scope,
};
use tensorproof_transpiler::seal::{Packed, RECIPIENT, Seal, Subject, form};
use tensorproof_transpiler::{Graph, emit, quantize};

/// Values with what they are meant to be.
#[derive(Clone, Debug, PartialEq)]
struct Values {
    subject: Subject,
    tensors: Vec<(TensorForm, Vec<BigInt>)>,
}

impl Values {
    /// Returns lists of integers in the form that they need.
    fn data(tensors: &[(&[usize], &[i64])]) -> Self {
        let tensor = |(shape, values): &(&[usize], &[i64])| {
            let values: Vec<BigInt> = values.iter().copied().map(BigInt::from).collect();
            let (low, high) = (values.iter().min().unwrap(), values.iter().max().unwrap());
            (TensorForm::whole(shape, low, high), values)
        };
        Self { subject: Subject::Data, tensors: tensors.iter().map(tensor).collect() }
    }

    fn packed(&self) -> Vec<Packed> {
        let packed = |(at, (form, _)): (usize, &(TensorForm, Vec<BigInt>))| Packed {
            signal: format!("t{at}"),
            form: form.clone(),
            name: None,
        };
        self.tensors.iter().enumerate().map(packed).collect()
    }

    fn circuit(&self, seal: Seal, level: Level) -> Circuit {
        let text = sealing(self.subject, seal, &self.packed());
        let sources = Sources::from_text("main.circom", &text).with_embedded(tensorproof_templates::FILES);
        compile(sources, Options { level, ..Options::default() })
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
    }

    fn inputs(&self) -> Inputs {
        let values = |(at, (_, values)): (usize, &(TensorForm, Vec<BigInt>))| {
            (format!("t{at}"), values.iter().map(fr_from_bigint).collect())
        };
        let mut inputs: Inputs = self.tensors.iter().enumerate().map(values).collect();
        inputs.insert(self.subject.salt_signal(), vec![Fr::from(4242)]);
        inputs.insert(self.subject.secret_signal(), vec![Fr::from(31_337)]);
        inputs.insert(RECIPIENT.to_owned(), KEY.map(|text| text.parse().unwrap()).to_vec());
        inputs
    }

    /// Returns a commitment, or a ciphertext with its tag and the sender's key; salts and keys are always the same ones.
    fn sealed(&self, seal: Seal) -> Vec<Fr> {
        let circuit = self.circuit(seal, Level::O1);
        let taken: Vec<String> = circuit.inputs().into_iter().map(|port| port.name).collect();
        let mut inputs = self.inputs();
        inputs.retain(|name, _| taken.contains(name));
        let witness = circuit.witness(&inputs).unwrap();
        circuit.r1cs.public_values(&witness).to_vec()
    }
}

/// EIP-2494's base point.
const KEY: [&str; 2] = [
    "5299619240641551281634865583518297030282874472190772894086521144482721001553",
    "16950150798460657717958625567821834550301663161624707787222815936182638968203",
];

/// Of the lists below with the salt 4242, by an implementation in Python of form, keccak256, packing and sponge.
const COMMITMENTS: [&str; 4] = [
    "15997291318711781298777210160955686634336977956766867554274398702519182047203",
    "10269788394809861959586211820661836839702484810822638510122737170852427851450",
    "3492530309514559892153838176477320540904064714111541832714657956755477006567",
    "6711863269171483504691086639359128212413172914987286814296706063839916210553",
];

#[test]
fn lists_of_one_packing_have_different_seals() {
    let lists = [
        Values::data(&[(&[3], &[5, 6, 7])]),
        Values::data(&[(&[3], &[1005, 1006, 1007])]),
        Values::data(&[(&[3, 1], &[5, 6, 7])]),
        Values::data(&[(&[2], &[36, 0])]),
        Values::data(&[(&[2], &[5, 6]), (&[1], &[7])]),
    ];
    for (seal, lists) in [(Seal::Hashed, &lists[..]), (Seal::Encrypted, &lists[..3])] {
        let sealed: Vec<Vec<Fr>> = lists.iter().map(|list| list.sealed(seal)).collect();
        for (at, one) in sealed.iter().enumerate() {
            assert!(sealed[at + 1..].iter().all(|other| other != one), "{seal:?} {:?}", lists[at]);
        }
        if seal == Seal::Hashed {
            let frozen = COMMITMENTS.map(|text| vec![text.parse::<Fr>().unwrap()]);
            assert_eq!(sealed[..4], frozen);
        }
    }
}

/// Ways to other values, or to values that mean something else, most of which leave the packed elements as they are.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    /// All values and the least one are so much larger.
    Shift(i64),
    /// The values alone are so much larger.
    Move(i64),
    Low,
    Bits,
    Shape,
    Rank,
    Scale(i64),
    Kind(Subject),
    /// Two values in the place of one, and the other way round.
    Halve,
    Double,
}

impl Change {
    fn apply(&self, values: &Values) -> Values {
        let mut changed = values.clone();
        if let Self::Kind(subject) = self {
            changed.subject = *subject;
        }
        let (form, integers) = &mut changed.tensors[0];
        match self {
            Self::Shift(by) => {
                form.low += *by;
                for value in integers {
                    *value += *by;
                }
            }
            Self::Move(by) => {
                for value in integers {
                    *value += *by;
                }
            }
            Self::Low => form.low -= 1,
            Self::Bits => form.bits += 1,
            Self::Shape => form.shape.reverse(),
            Self::Rank => form.shape.push(1),
            Self::Scale(by) => form.scale *= BigRational::from_integer(BigInt::from(*by)),
            Self::Halve if form.bits % 2 == 0 => {
                form.bits /= 2;
                let unit = BigInt::from(1) << form.bits;
                let low = form.low.clone();
                let halves = integers.iter().flat_map(|value| {
                    let moved = value - &low;
                    [&moved % &unit + &low, &moved / &unit + &low]
                });
                *integers = halves.collect();
                form.shape = vec![integers.len()];
            }
            Self::Double if integers.len() % 2 == 0 => {
                let low = form.low.clone();
                let pairs = integers
                    .chunks(2)
                    .map(|pair| (&pair[0] - &low) + ((&pair[1] - &low) << form.bits) + &low);
                *integers = pairs.collect();
                form.bits *= 2;
                form.shape = vec![integers.len()];
            }
            Self::Nothing | Self::Kind(_) | Self::Halve | Self::Double => {}
        }
        changed
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Nothing),
        (-2000i64..2000).prop_map(Change::Shift),
        (0i64..3).prop_map(Change::Move),
        Just(Change::Low),
        Just(Change::Bits),
        Just(Change::Shape),
        Just(Change::Rank),
        (1i64..4).prop_map(Change::Scale),
        prop::sample::select(&[Subject::Data, Subject::Input, Subject::Params, Subject::Output][..])
            .prop_map(Change::Kind),
        Just(Change::Halve),
        Just(Change::Double),
    ]
}

/// Values with room for a change of them.
fn values() -> impl Strategy<Value = Values> {
    let tensor = |shape: Vec<usize>| {
        let size = shape.iter().product::<usize>();
        (prop::collection::vec(0i64..40, size), -50i64..50, 1i64..4, 1i64..4).prop_map(
            move |(moved, low, above, below)| {
                let mut form = TensorForm::whole(&shape, &BigInt::from(low), &BigInt::from(low + 63));
                form.scale = BigRational::new(above.into(), below.into());
                (form, moved.into_iter().map(|value| BigInt::from(value + low)).collect::<Vec<_>>())
            },
        )
    };
    let shape = prop::sample::select(vec![vec![2], vec![1, 3], vec![2, 2], vec![3, 2]]);
    prop::collection::vec(shape.prop_flat_map(tensor), 1..3)
        .prop_map(|tensors| Values { subject: Subject::Params, tensors })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_of_one_seal_are_equal_in_value_and_form(
        one in values(),
        change in change(),
        // A circuit that encrypts takes ten times as long.
        seal in prop_oneof![9 => Just(Seal::Hashed), 1 => Just(Seal::Encrypted)],
    ) {
        let other = change.apply(&one);
        prop_assert_eq!(one.sealed(seal) == other.sealed(seal), one == other, "{:?}: {:?}", change, other);
    }
}

/// A prover with a circuit of its own, which is the same but for the form, has a witness of it, and no other.
#[test]
fn the_form_is_no_wire_that_a_prover_chooses() {
    let honest = Values::data(&[(&[2, 2], &[5, 6, 7, 8])]);
    for change in [Change::Shift(1000), Change::Shape, Change::Scale(3), Change::Nothing] {
        let other = if matches!(change, Change::Shape) {
            Values::data(&[(&[4], &[5, 6, 7, 8])])
        } else {
            change.apply(&honest)
        };
        for (seal, level) in [
            (Seal::Hashed, Level::O0),
            (Seal::Hashed, Level::O1),
            (Seal::Hashed, Level::O2),
            (Seal::Encrypted, Level::O1),
        ] {
            let (circuit, own) = (honest.circuit(seal, level), other.circuit(seal, level));
            let taken: Vec<String> = own.inputs().into_iter().map(|port| port.name).collect();
            let mut inputs = other.inputs();
            inputs.retain(|name, _| taken.contains(name));
            let witness = own.witness(&inputs).unwrap();
            own.r1cs.check(&witness).unwrap();
            let is_accepted = circuit.r1cs.check(&witness).is_ok();
            assert_eq!(is_accepted, honest == other, "{change:?} {seal:?} {level:?}");
        }
    }
}

#[test]
fn a_ciphertext_begins_with_the_form() {
    let values = Values::data(&[(&[3], &[5, 6, 7])]);
    let sealed = values.sealed(Seal::Encrypted);
    // The form and one element of values; the tag; the sender's key.
    assert_eq!(sealed.len(), 2 + 1 + 2);
    let shifted = Values::data(&[(&[3], &[1005, 1006, 1007])]);
    let difference = fr_from_bigint::<Fr>(&form(Subject::Data, &shifted.packed()).element())
        - fr_from_bigint::<Fr>(&form(Subject::Data, &values.packed()).element());
    let other = shifted.sealed(Seal::Encrypted);
    assert_eq!(other[0] - sealed[0], difference);
    assert_eq!(other[1], sealed[1]);
    assert_ne!(other[2], sealed[2]);
}

/// A layer with weights of `[2, 2]`, or only a rectifier.
fn model(shape: &[usize], weights: Option<([f64; 4], [f64; 2])>) -> Graph {
    match weights {
        Some((weights, bias)) => support::graph(
            shape,
            vec![node("Gemm", &["x", "w", "b"], "y")],
            vec![("w", floats(&[2, 2], weights)), ("b", floats(&[2], bias))],
        ),
        None => support::graph(shape, vec![node("Relu", &["x"], "y")], vec![]),
    }
}

/// Returns the commitments to output, input and parameters, if there are any, with the same salts always.
fn hashes(graph: &Graph, exponent: u32, range: (f64, f64), batch: usize, sample: &[f64]) -> Vec<Fr> {
    let config = QuantizeConfig {
        scale: ScaleChoice::Power(Power::of_ten(exponent)),
        tolerance: 0.05,
        layer_scales: BTreeMap::new(),
        scope: Scope::Model,
        input_range: Some(range),
        input: InputVisibility::Hashed,
        params: ParamsVisibility::Hashed,
        input_check: InputCheck::Circuit,
        output: OutputKind::Raw,
        output_visibility: OutputVisibility::Hashed,
        batch,
        public_signals: PublicSignals::Plain,
    };
    let quantized = quantize(graph, &config, &[]).unwrap();
    let program = emit(&quantized).unwrap();
    let circuit = support::compiled(&program.files).unwrap_or_else(|problems| panic!("{problems}"));
    let cost = tensorproof_transpiler::emit::cost(&quantized);
    assert_eq!(circuit.r1cs.counts().quadratic, cost.quadratic);
    let mut inputs = support::parameters(&program.weights);
    let (port, shape) = (&quantized.inputs[0], &quantized.quantities[quantized.inputs[0].place].shape);
    let size: usize = shape.iter().product();
    let with_batch = [&[1], shape.as_slice()].concat();
    for values in sample.chunks(size) {
        let sample = ArrayD::from_shape_vec(with_batch.clone(), values.to_vec()).unwrap();
        let integers = quantized.quantize_sample(&vec![sample]).unwrap();
        let signal = inputs.entry(port.signal.clone()).or_default();
        signal.extend(integers[0].iter().map(fr_from_bigint::<Fr>));
    }
    let taken: Vec<String> = circuit.inputs().into_iter().map(|port| port.name).collect();
    for salt in ["outputSalt", "inputSalt", "paramsSalt"] {
        if taken.iter().any(|name| name == salt) {
            inputs.insert(salt.to_owned(), vec![Fr::from(7)]);
        }
    }
    let witness = circuit.witness(&inputs).unwrap();
    circuit.r1cs.public_values(&witness).to_vec()
}

/// Each row's second model or data has the same packed elements as the first.
#[test]
fn models_and_data_of_one_packing_have_different_commitments() {
    const OUTPUT: usize = 0;
    const INPUT: usize = 1;
    const PARAMS: usize = 2;
    let weights = [0.1, 0.5, -0.2, 0.3];
    let plain = model(&[1, 2], Some((weights, [0.0, 0.0])));
    let base = hashes(&plain, 1, (0.0, 1.0), 1, &[0.3, 0.8]);
    assert_eq!(base, hashes(&plain, 1, (0.0, 1.0), 1, &[0.3, 0.8]));

    let shifted = model(&[1, 2], Some((weights.map(|weight| weight + 1.0), [0.0, 0.0])));
    let other = hashes(&shifted, 1, (0.0, 1.0), 1, &[0.3, 0.8]);
    assert_ne!(base[PARAMS], other[PARAMS], "weights that differ by a constant");
    assert_eq!(base[INPUT], other[INPUT]);

    let biased = model(&[1, 2], Some((weights, [1.0, 1.0])));
    let other = hashes(&biased, 1, (0.0, 1.0), 1, &[0.3, 0.8]);
    assert_ne!(base[PARAMS], other[PARAMS], "biases that differ by a constant");
    assert_ne!(base[OUTPUT], other[OUTPUT], "outputs that differ by a constant");

    let other = hashes(&plain, 1, (1.0, 2.0), 1, &[1.3, 1.8]);
    assert_ne!(base[INPUT], other[INPUT], "inputs that differ by a constant");
    assert_eq!(base[PARAMS], other[PARAMS]);

    let small = model(&[1, 2], Some((weights.map(|weight| weight / 10.0), [0.0, 0.0])));
    let other = hashes(&small, 2, (0.0, 0.1), 1, &[0.03, 0.08]);
    assert_ne!(base, other);
    for (position, what) in [(INPUT, "inputs"), (PARAMS, "weights"), (OUTPUT, "outputs")] {
        assert_ne!(base[position], other[position], "{what} of another scale");
    }

    let data = [0.1, 0.2, 0.3, 0.4];
    let one = hashes(&model(&[1, 2, 2], None), 1, (0.0, 1.0), 1, &data);
    let two = hashes(&model(&[1, 2], None), 1, (0.0, 1.0), 2, &data);
    assert_ne!(one[INPUT], two[INPUT], "two samples, and one of their shape");
    assert_ne!(one[OUTPUT], two[OUTPUT], "two outputs, and one of their shape");
}
