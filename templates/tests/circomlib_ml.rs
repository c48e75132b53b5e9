//! circomlib-ml's own tests, with the witnesses of our templates: what they assert holds of ours.
//!
//! `tests/oracles/circomlib_ml.js` runs the files of the npm package twice: for the inputs, and for their verdict.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod harness;
#[path = "harness/layout.rs"]
mod layout;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use harness::{Number, circuit, solve};
use layout::places;
use num_bigint::BigUint;
use serde::Deserialize;
use serde_json::{Value, json};
use tensorproof_circom::{Circuit, Level};
use tensorproof_oracles::{expect_success, node, package};
use tensorproof_r1cs::fr_to_decimal;

/// An array of theirs: its name, its shape, and which of its axes is each of ours. Without axes it is ours as it stands.
type Port = (&'static str, &'static str, &'static [usize], &'static [usize]);

/// A circuit of theirs, the files that ours includes, and its main component.
struct Case {
    theirs: &'static str,
    includes: &'static [&'static str],
    main: &'static str,
    /// The inputs whose name or layout differs: theirs, ours, shape, axes.
    inputs: &'static [Port],
    /// The output's shape and axes.
    output: (&'static [usize], &'static [usize]),
}

/// The order of Baby Jubjub's subgroup.
const ORDER: &str = "2736030358979909402780800718157159386076813972158567259200215660948447373041";

/// Channels last, in theirs, to channels first.
const IMAGE: &[usize] = &[2, 0, 1];
const KERNEL: &[usize] = &[3, 2, 0, 1];
const AS_IT_STANDS: (&[usize], &[usize]) = (&[], &[]);

const fn image(shape: &'static [usize]) -> Port {
    ("in", "in", shape, IMAGE)
}

const fn kernel(shape: &'static [usize]) -> Port {
    ("weights", "weights", shape, KERNEL)
}

const CASES: &[Case] = &[
    Case {
        theirs: "AveragePooling2D_test",
        includes: &["nn/sum_pool2d"],
        main: "Average(3, 5, 2, 2, 2, 250)",
        inputs: &[image(&[5, 5, 3])],
        output: (&[2, 2, 3], IMAGE),
    },
    Case {
        theirs: "AveragePooling2D_stride_test",
        includes: &["nn/sum_pool2d"],
        main: "Average(3, 10, 3, 2, 4, 111)",
        inputs: &[image(&[10, 10, 3])],
        output: (&[4, 4, 3], IMAGE),
    },
    Case {
        theirs: "batchNormalization_test",
        includes: &["nn/batch_norm"],
        main: "BatchNorm(3, 5, 5)",
        inputs: &[image(&[5, 5, 3]), ("a", "factor", &[], &[]), ("b", "offset", &[], &[])],
        output: (&[5, 5, 3], IMAGE),
    },
    Case {
        theirs: "Conv1D_test",
        includes: &["nn/conv1d"],
        main: "Conv1D(3, 20, 2, 4, 3, 1, 0, 0, 1)",
        inputs: &[("in", "in", &[20, 3], &[1, 0]), ("weights", "weights", &[4, 3, 2], &[2, 1, 0])],
        output: (&[6, 2], &[1, 0]),
    },
    Case {
        theirs: "Conv2D_test",
        includes: &["nn/conv2d"],
        main: "Conv2D(3, 5, 5, 2, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1)",
        inputs: &[image(&[5, 5, 3]), kernel(&[3, 3, 3, 2])],
        output: (&[3, 3, 2], IMAGE),
    },
    Case {
        theirs: "Conv2D_stride_test",
        includes: &["nn/conv2d"],
        main: "Conv2D(3, 10, 10, 2, 4, 4, 3, 3, 1, 1, 0, 0, 0, 0, 1)",
        inputs: &[image(&[10, 10, 3]), kernel(&[4, 4, 3, 2])],
        output: (&[3, 3, 2], IMAGE),
    },
    Case {
        theirs: "Dense_test",
        includes: &["nn/dense"],
        main: "Dense(3, 2)",
        inputs: &[("weights", "weights", &[3, 2], &[1, 0])],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "flatten2D_test",
        includes: &["nn/flatten"],
        // Theirs leaves the order of the axes alone.
        main: "Flatten(5, 5, 3)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "GlobalAveragePooling2D_test",
        includes: &["nn/sum_pool2d"],
        main: "Average(3, 5, 5, 1, 1, 4)",
        inputs: &[image(&[5, 5, 3])],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "GlobalMaxPooling2D_test",
        includes: &["nn/max_pool2d"],
        main: "MaxPool2D(3, 5, 5, 5, 5, 1, 1, 0, 0, 0, 0, 16)",
        inputs: &[image(&[5, 5, 3])],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "IsNegative_test",
        includes: &["arith/is_non_negative"],
        main: "IsNegative(16)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "IsPositive_test",
        includes: &["arith/is_non_negative"],
        main: "IsNonNegative(16)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "Max_test",
        includes: &["nn/reduce_max"],
        main: "ReduceMax(1, 4, 1, 16)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "MaxPooling2D_test",
        includes: &["nn/max_pool2d"],
        main: "MaxPool2D(3, 5, 5, 2, 2, 2, 2, 0, 0, 0, 0, 16)",
        inputs: &[image(&[5, 5, 3])],
        output: (&[2, 2, 3], IMAGE),
    },
    Case {
        theirs: "MaxPooling2D_stride_test",
        includes: &["nn/max_pool2d"],
        main: "MaxPool2D(3, 10, 10, 2, 2, 3, 3, 0, 0, 0, 0, 16)",
        inputs: &[image(&[10, 10, 3])],
        output: (&[3, 3, 3], IMAGE),
    },
    Case {
        theirs: "ReLU_test",
        includes: &["nn/relu"],
        main: "Relus(3, 16)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "SumPooling2D_test",
        includes: &["nn/sum_pool2d"],
        main: "SumPool2D(3, 5, 5, 2, 2, 2, 2, 0, 0, 0, 0)",
        inputs: &[image(&[5, 5, 3])],
        output: (&[2, 2, 3], IMAGE),
    },
    Case {
        theirs: "SumPooling2D_stride_test",
        includes: &["nn/sum_pool2d"],
        main: "SumPool2D(3, 10, 10, 2, 2, 3, 3, 0, 0, 0, 0)",
        inputs: &[image(&[10, 10, 3])],
        output: (&[3, 3, 3], IMAGE),
    },
    Case {
        theirs: "publicKey_test",
        includes: &["crypto/baby_public_key"],
        main: "BabyPublicKey()",
        inputs: &[("private_key", "secret", &[], &[])],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "ecdh_test",
        includes: &["crypto/baby_ecdh"],
        main: "BabyEcdh()",
        inputs: &[("private_key", "secret", &[], &[]), ("public_key", "publicKey", &[], &[])],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "encryptDecrypt_test",
        includes: &["crypto/baby_ecdh", "crypto/decrypt_bits", "crypto/encrypt_bits"],
        main: "ThereAndBack()",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "encrypt_test",
        includes: &["crypto/encrypt_bits"],
        main: "EncryptBits(1)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "decrypt_test",
        includes: &["crypto/decrypt_bits"],
        main: "DecryptBits(1)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "encryptMultiple_test",
        includes: &["crypto/encrypt_bits"],
        main: "EncryptBits(1000)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "decryptMultiple_test",
        includes: &["crypto/decrypt_bits"],
        main: "DecryptBits(1000)",
        inputs: &[],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "model1_test",
        includes: &["nn/dense", "nn/relu"],
        main: "Model1()",
        inputs: &[
            ("Dense32weights", "first", &[3, 2], &[1, 0]),
            ("Dense21weights", "second", &[2, 1], &[1, 0]),
        ],
        output: AS_IT_STANDS,
    },
    Case {
        theirs: "mnist_latest_precision_test",
        includes: &["nn/arg_max", "nn/batch_norm", "nn/conv2d", "nn/dense", "nn/relu", "nn/sum_pool2d"],
        main: "Mnist()",
        inputs: &[
            image(&[28, 28, 1]),
            ("conv2d_1_weights", "conv2d_1_weights", &[3, 3, 1, 4], KERNEL),
            ("conv2d_2_weights", "conv2d_2_weights", &[3, 3, 4, 8], KERNEL),
            // Values in a row have the channels last in theirs, first in ours.
            ("dense_weights", "dense_weights", &[5, 5, 8, 10], KERNEL),
        ],
        output: AS_IT_STANDS,
    },
];

/// The layers of `mnist_latest_precision_test` again, with other parameters, and of `encryptMultiple_test`.
const LEFT_OUT: [&str; 4] =
    ["encrypted_mnist_latest_test", "mnist_convnet_test", "mnist_latest_test", "mnist_test"];

/// What is more than one component.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "Average",
        "template Average(channels, size, kernel, stride, outSize, factor) {
            signal input in[channels][size][size];
            signal output out[channels][outSize][outSize];
            component sums = SumPool2D(channels, size, size, kernel, kernel, stride, stride, 0, 0, 0, 0);
            sums.in <== in;
            for (var c = 0; c < channels; c++) {
                for (var y = 0; y < outSize; y++) {
                    for (var x = 0; x < outSize; x++) { out[c][y][x] <== factor * sums.out[c][y][x]; }
                }
            }
        }",
    ),
    (
        "IsNegative",
        "template IsNegative(n) {
            signal input in;
            signal isNonNegative <== IsNonNegative(n)(in);
            signal output out <== 1 - isNonNegative;
        }",
    ),
    (
        "Relus",
        "template Relus(size, n) {
            signal input in[size];
            signal output out[size];
            for (var i = 0; i < size; i++) { out[i] <== Relu(n)(in[i]); }
        }",
    ),
    (
        "ThereAndBack",
        "template ThereAndBack() {
            signal input message;
            signal input shared_key;
            signal input private_key;
            signal input public_key[2];
            signal output out <== 1;
            signal shared[2] <== BabyEcdh()(private_key, public_key);
            shared[0] === shared_key;
            signal ciphertext[2] <== EncryptBits(1)([message], shared_key);
            signal plaintext[1] <== DecryptBits(1)(ciphertext, shared_key);
            plaintext[0] === message;
        }",
    ),
    (
        "Model1",
        "template Model1() {
            signal input in[3];
            signal input first[2][3];
            signal input second[1][2];
            signal hidden[2] <== Dense(3, 2)(in, first, [0, 0]);
            signal rectified[2];
            for (var i = 0; i < 2; i++) { rectified[i] <== Relu(64)(hidden[i]); }
            signal output out[1] <== Dense(2, 1)(rectified, second, [0]);
        }",
    ),
    (
        "Mnist",
        "template Block(channels, size, filters, outSize, n) {
            signal input in[channels][size][size];
            signal input weights[filters][channels][3][3];
            signal input bias[filters];
            signal input a[filters];
            signal input b[filters];
            signal output out[filters][outSize][outSize];
            var inner = size - 2;
            component conv = Conv2D(channels, size, size, filters, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1);
            conv.in <== in;
            conv.weights <== weights;
            conv.bias <== bias;
            component norm = BatchNorm(filters, inner, inner);
            norm.in <== conv.out;
            norm.factor <== a;
            norm.offset <== b;
            component pool = SumPool2D(filters, inner, inner, 2, 2, 2, 2, 0, 0, 0, 0);
            for (var f = 0; f < filters; f++) {
                for (var y = 0; y < inner; y++) {
                    for (var x = 0; x < inner; x++) { pool.in[f][y][x] <== Relu(n)(norm.out[f][y][x]); }
                }
            }
            for (var f = 0; f < filters; f++) {
                for (var y = 0; y < outSize; y++) {
                    for (var x = 0; x < outSize; x++) { out[f][y][x] <== 25 * pool.out[f][y][x]; }
                }
            }
        }
        template Mnist() {
            signal input in[1][28][28];
            signal input conv2d_1_weights[4][1][3][3];
            signal input conv2d_1_bias[4];
            signal input bn_1_a[4];
            signal input bn_1_b[4];
            signal input conv2d_2_weights[8][4][3][3];
            signal input conv2d_2_bias[8];
            signal input bn_2_a[8];
            signal input bn_2_b[8];
            signal input dense_weights[10][200];
            signal input dense_bias[10];
            signal output out;
            signal output dense_out[10];
            signal first[4][13][13] <== Block(1, 28, 4, 13, 40)(in, conv2d_1_weights, conv2d_1_bias, bn_1_a, bn_1_b);
            signal second[8][5][5] <== Block(4, 13, 8, 5, 80)(first, conv2d_2_weights, conv2d_2_bias, bn_2_a, bn_2_b);
            component dense = Dense(200, 10);
            for (var i = 0; i < 200; i++) { dense.in[i] <== second[i \\ 25][i \\ 5 % 5][i % 5]; }
            dense.weights <== dense_weights;
            dense.bias <== dense_bias;
            dense_out <== dense.out;
            out <== ArgMax(10, 120)(dense.out);
        }",
    ),
];

/// What a test of theirs would have a witness of.
#[derive(Deserialize)]
struct Job {
    circuit: String,
    inputs: BTreeMap<String, Vec<String>>,
}

/// What it says of the outputs.
#[derive(Deserialize)]
struct Verdict {
    circuit: String,
    file: String,
    error: Option<String>,
}

/// Returns the private key of the same public key that our templates take: theirs is larger than the order of the subgroup.
fn reduced(key: &str) -> String {
    let order: BigUint = ORDER.parse().unwrap();
    (key.parse::<BigUint>().unwrap() % order).to_string()
}

fn compile(case: &Case) -> Circuit {
    let mut text = String::from("pragma circom 2.1.0;\n");
    for include in case.includes {
        writeln!(text, "include \"tensorproof/{include}.circom\";").unwrap();
    }
    let name = case.main.split('(').next().unwrap();
    for (_, template) in TEMPLATES.iter().filter(|(of, _)| *of == name) {
        text += template;
    }
    circuit(&format!("{text}\ncomponent main = {};\n", case.main), Level::O1)
}

/// Returns the outputs of our circuit in the order of theirs.
fn outputs(circuit: &Circuit, case: &Case, job: &Job) -> Vec<String> {
    let mut inputs = BTreeMap::new();
    for (name, values) in &job.inputs {
        let port = case.inputs.iter().find(|(theirs, ..)| theirs == name);
        let (_, ours, shape, axes) = *port.unwrap_or(&(name, name, &[], &[]));
        let number = |value: &String| {
            Number::Large(if name == "private_key" { reduced(value) } else { value.clone() })
        };
        let values = if axes.is_empty() {
            values.iter().map(number).collect()
        } else {
            assert_eq!(values.len(), shape.iter().product::<usize>(), "{}: {name}", case.theirs);
            places(shape, axes).into_iter().map(|place| number(&values[place])).collect()
        };
        inputs.insert(ours.to_owned(), values);
    }
    let witness = solve(circuit, &inputs).unwrap_or_else(|| panic!("{}: no witness", case.theirs));
    circuit.r1cs.check(&witness).unwrap();
    let count = circuit.r1cs.public_outputs as usize;
    let ours: Vec<String> = witness.0[1..=count].iter().map(fr_to_decimal).collect();
    let (shape, axes) = case.output;
    if axes.is_empty() {
        return ours;
    }
    let mut theirs = vec![String::new(); count];
    for (value, place) in ours.into_iter().zip(places(shape, axes)) {
        theirs[place] = value;
    }
    theirs
}

#[test]
fn our_witnesses_pass_the_tests_of_circomlib_ml() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/circomlib_ml.js");
    let package = package("circomlib-ml");
    let run = |args: &[&Path]| expect_success(&node(&script, args, folder.path()));
    let jobs: Vec<Job> = serde_json::from_str(&run(&[&package])).unwrap();

    let mut circuits = BTreeMap::new();
    let mut answers = Vec::new();
    for job in &jobs {
        let Some(case) = CASES.iter().find(|case| case.theirs == job.circuit) else {
            assert!(LEFT_OUT.contains(&job.circuit.as_str()), "{}", job.circuit);
            answers.push(json!(null));
            continue;
        };
        let circuit = circuits.entry(case.theirs).or_insert_with(|| compile(case));
        answers.push(json!(outputs(circuit, case, job)));
    }
    let replayed: BTreeSet<_> = circuits.keys().copied().collect();
    assert_eq!(replayed, CASES.iter().map(|case| case.theirs).collect());

    let path = folder.path().join("witnesses.json");
    let replay = |answers: &[Value]| -> Vec<Verdict> {
        fs::write(&path, json!(answers).to_string()).unwrap();
        serde_json::from_str(&run(&[&package, &path])).unwrap()
    };
    let verdicts = replay(&answers);
    assert_eq!(verdicts.len(), jobs.len());
    for Verdict { circuit, file, error } in verdicts {
        assert_eq!(error, None, "{circuit} in {file}");
    }

    // They look at the outputs.
    for answer in answers.iter_mut().filter_map(Value::as_array_mut) {
        answer.fill(json!("12345"));
    }
    for Verdict { circuit, file, error } in replay(&answers) {
        assert!(
            error.is_some() || LEFT_OUT.contains(&circuit.as_str()),
            "{circuit} in {file} asserts nothing"
        );
    }
}
