//! The values of layers are those of Keras.
//!
//! `tests/oracles/keras_layers.py` computes layers in 64-bit floating point, for numbers that fixed point holds exactly. So what is
//! linear must agree to the last digit, and what rounds within the bound of its row.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod harness;
#[path = "harness/layout.rs"]
mod layout;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::{Number, circuit, solve};
use layout::places;
use num_bigint::BigInt;
use serde::Deserialize;
use tensorproof_circom::Level;
use tensorproof_oracles::{expect_success, python};
use tensorproof_r1cs::{Witness, fr_to_signed};

/// An array of Keras: its name, our signal, the integer that stands for 1, and which of its axes is each of ours; none if they
/// are ours.
type Array = (&'static str, &'static str, f64, &'static [usize]);

/// A layer of Keras and the template that computes it.
struct Row {
    layer: &'static str,
    file: &'static str,
    /// The main component; `$name` stands for an array.
    main: &'static str,
    arrays: &'static [Array],
    /// The output's scale and axes.
    out: (f64, &'static [usize]),
    /// The largest error.
    error: f64,
}

/// What the rounding of 64-bit floating point may come to.
const EXACT: f64 = 1e-9;

/// ... and of 32 bits, in which Keras does a few things whatever the type.
const SINGLE: f64 = 1e-6;

/// Channels last, in Keras, to channels first.
const IMAGE: &[usize] = &[2, 0, 1];
const LINE: &[usize] = &[1, 0];
const KERNEL: &[usize] = &[3, 2, 0, 1];
const ALONG: &[usize] = &[2, 1, 0];
const EACH: &[usize] = &[2, 3, 0, 1];
const AS_IT_STANDS: &[usize] = &[];

const fn values(axes: &'static [usize]) -> Array {
    ("in", "in", 100.0, axes)
}

const fn weights(axes: &'static [usize]) -> Array {
    ("kernel", "weights", 100.0, axes)
}

const BIAS: Array = ("bias", "bias", 1e4, AS_IT_STANDS);
const DENSE: &[Array] = &[values(AS_IT_STANDS), weights(LINE), BIAS];
const CONV1D: &[Array] = &[values(LINE), weights(ALONG), BIAS];
const CONV2D: &[Array] = &[values(IMAGE), weights(KERNEL), BIAS];
const DEPTHWISE: &[Array] = &[values(IMAGE), weights(EACH), BIAS];
const SEPARABLE: &[Array] = &[
    values(IMAGE),
    ("depthwise_kernel", "depthwiseWeights", 100.0, EACH),
    ("pointwise_kernel", "pointwiseWeights", 100.0, KERNEL),
    ("bias", "bias", 1e6, AS_IT_STANDS),
];
const PLAIN: &[Array] = &[values(AS_IT_STANDS)];
const CHANNELS: &[Array] = &[values(IMAGE)];
const PAIR: &[Array] = &[("a", "a", 100.0, AS_IT_STANDS), ("b", "b", 100.0, AS_IT_STANDS)];

/// A row that agrees exactly.
const fn exact(
    layer: &'static str,
    file: &'static str,
    main: &'static str,
    arrays: &'static [Array],
    out: (f64, &'static [usize]),
) -> Row {
    Row { layer, file, main, arrays, out, error: EXACT }
}

const ROWS: &[Row] = &[
    exact("dense", "dense", "Dense(5, 3)", DENSE, (1e4, AS_IT_STANDS)),
    exact("dense", "dense_fixed", "DenseFixed(5, 3, $weights, $bias)", DENSE, (1e4, AS_IT_STANDS)),
    Row {
        layer: "dense with LoRA",
        file: "lora",
        main: "Adapted()",
        arrays: &[
            values(AS_IT_STANDS),
            weights(LINE),
            BIAS,
            ("lora_kernel_a", "a", 100.0, LINE),
            ("lora_kernel_b", "b", 100.0, LINE),
        ],
        out: (1e6, AS_IT_STANDS),
        error: SINGLE,
    },
    exact("conv1d, valid", "conv1d", "Conv1D(2, 7, 4, 3, 1, 1, 0, 0, 1)", CONV1D, (1e4, LINE)),
    exact("conv1d, same, strided", "conv1d", "Conv1D(2, 7, 4, 3, 2, 1, 1, 1, 1)", CONV1D, (1e4, LINE)),
    exact("conv1d, dilated", "conv1d", "Conv1D(2, 7, 4, 3, 1, 2, 0, 0, 1)", CONV1D, (1e4, LINE)),
    exact("conv1d, groups", "conv1d", "Conv1D(2, 7, 4, 3, 1, 1, 0, 0, 2)", CONV1D, (1e4, LINE)),
    exact("conv1d, causal", "conv1d", "Conv1D(2, 7, 4, 3, 1, 1, 2, 0, 1)", CONV1D, (1e4, LINE)),
    exact(
        "conv1d, same, strided",
        "conv1d_fixed",
        "Conv1DFixed(2, 7, 4, 3, 2, 1, 1, 1, 1, $weights, $bias)",
        CONV1D,
        (1e4, LINE),
    ),
    exact(
        "conv1d, groups",
        "conv1d_fixed",
        "Conv1DFixed(2, 7, 4, 3, 1, 1, 0, 0, 2, $weights, $bias)",
        CONV1D,
        (1e4, LINE),
    ),
    exact(
        "conv2d, valid",
        "conv2d",
        "Conv2D(2, 6, 5, 4, 3, 2, 1, 1, 1, 1, 0, 0, 0, 0, 1)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, same",
        "conv2d",
        "Conv2D(2, 6, 5, 4, 3, 2, 1, 1, 1, 1, 1, 0, 1, 1, 1)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, same, strided",
        "conv2d",
        "Conv2D(2, 6, 5, 4, 3, 2, 2, 2, 1, 1, 0, 0, 1, 1, 1)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, dilated",
        "conv2d",
        "Conv2D(2, 6, 5, 4, 3, 2, 1, 1, 2, 2, 0, 0, 0, 0, 1)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, groups",
        "conv2d",
        "Conv2D(2, 6, 5, 4, 3, 2, 1, 1, 1, 1, 0, 0, 0, 0, 2)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, same, strided",
        "conv2d_fixed",
        "Conv2DFixed(2, 6, 5, 4, 3, 2, 2, 2, 1, 1, 0, 0, 1, 1, 1, $weights, $bias)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, valid",
        "conv2d_tiled",
        "Conv2DTiled(2, 6, 5, 4, 3, 2, 0, 0, 0, 0, 1, 3, 2)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, same",
        "conv2d_tiled",
        "Conv2DTiled(2, 6, 5, 4, 3, 2, 1, 0, 1, 1, 1, 4, 4)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "conv2d, groups",
        "conv2d_tiled",
        "Conv2DTiled(2, 6, 5, 4, 3, 2, 0, 0, 0, 0, 2, 2, 4)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact("pointwise", "pointwise_conv2d", "PointwiseConv2D(2, 3, 4, 3)", CONV2D, (1e4, IMAGE)),
    exact(
        "pointwise",
        "pointwise_conv2d_fixed",
        "PointwiseConv2DFixed(2, 3, 4, 3, $weights, $bias)",
        &[values(IMAGE), weights(&[3, 2]), BIAS],
        (1e4, IMAGE),
    ),
    exact(
        "depthwise, valid",
        "depthwise_conv2d",
        "DepthwiseConv2D(2, 4, 5, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0)",
        DEPTHWISE,
        (1e4, IMAGE),
    ),
    exact(
        "depthwise, same, strided",
        "depthwise_conv2d",
        "DepthwiseConv2D(2, 6, 5, 1, 3, 3, 2, 2, 1, 1, 0, 1, 1, 1)",
        DEPTHWISE,
        (1e4, IMAGE),
    ),
    exact(
        "depthwise, same, strided",
        "depthwise_conv2d_fixed",
        "DepthwiseConv2DFixed(2, 6, 5, 1, 3, 3, 2, 2, 1, 1, 0, 1, 1, 1, $weights, $bias)",
        &[values(IMAGE), weights(IMAGE), BIAS],
        (1e4, IMAGE),
    ),
    exact(
        "separable",
        "separable_conv2d",
        "SeparableConv2D(2, 4, 5, 3, 2, 3, 1, 1, 0, 0, 0, 0)",
        SEPARABLE,
        (1e6, IMAGE),
    ),
    exact(
        "separable, same",
        "separable_conv2d",
        "SeparableConv2D(2, 4, 5, 3, 3, 3, 1, 1, 1, 1, 1, 1)",
        SEPARABLE,
        (1e6, IMAGE),
    ),
    exact(
        "separable, same",
        "separable_conv2d_fixed",
        "SeparableConv2DFixed(2, 4, 5, 3, 3, 3, 1, 1, 1, 1, 1, 1, $depthwiseWeights, $pointwiseWeights, $bias)",
        &[
            values(IMAGE),
            ("depthwise_kernel", "depthwiseWeights", 100.0, IMAGE),
            ("pointwise_kernel", "pointwiseWeights", 100.0, &[3, 2]),
            ("bias", "bias", 1e6, AS_IT_STANDS),
        ],
        (1e6, IMAGE),
    ),
    exact(
        "transposed, valid",
        "conv_transpose2d",
        "ConvTranspose2D(2, 3, 2, 3, 2, 3, 2, 2, 0, 0, 6, 5)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "transposed, same",
        "conv_transpose2d",
        "ConvTranspose2D(2, 3, 2, 3, 3, 3, 2, 2, 0, 0, 6, 4)",
        CONV2D,
        (1e4, IMAGE),
    ),
    exact(
        "transposed, same",
        "conv_transpose2d_fixed",
        "ConvTranspose2DFixed(2, 3, 2, 3, 3, 3, 2, 2, 0, 0, 6, 4, $weights, $bias)",
        CONV2D,
        (1e4, IMAGE),
    ),
    // The factor is rounded, and times at most 3.
    Row {
        layer: "batch normalization",
        file: "batch_norm",
        main: "BatchNorm(2, 4, 3)",
        arrays: &[
            values(IMAGE),
            ("factor", "factor", 1e6, AS_IT_STANDS),
            ("offset", "offset", 1e8, AS_IT_STANDS),
        ],
        out: (1e8, IMAGE),
        error: 1.6e-6,
    },
    Row {
        layer: "batch normalization",
        file: "batch_norm_fixed",
        main: "BatchNormFixed(2, 4, 3, $factor, $offset)",
        arrays: &[
            values(IMAGE),
            ("factor", "factor", 1e6, AS_IT_STANDS),
            ("offset", "offset", 1e8, AS_IT_STANDS),
        ],
        out: (1e8, IMAGE),
        error: 1.6e-6,
    },
    // The root is rounded down, to one of at least 2,000, and outputs are below 2.
    Row {
        layer: "layer normalization",
        file: "layer_norm",
        main: "LayerNorm(8, 15, 36, 51200)",
        arrays: PLAIN,
        out: (68_719_476_736.0, AS_IT_STANDS),
        error: 1e-3,
    },
    exact(
        "largest, valid",
        "max_pool2d",
        "MaxPool2D(2, 4, 5, 2, 2, 2, 2, 0, 0, 0, 0, 12)",
        CHANNELS,
        (100.0, IMAGE),
    ),
    exact(
        "largest, same",
        "max_pool2d",
        "MaxPool2D(2, 4, 5, 3, 3, 2, 2, 0, 1, 1, 1, 12)",
        CHANNELS,
        (100.0, IMAGE),
    ),
    exact(
        "largest of all",
        "max_pool2d",
        "MaxPool2D(2, 4, 5, 4, 5, 1, 1, 0, 0, 0, 0, 12)",
        CHANNELS,
        (100.0, AS_IT_STANDS),
    ),
    exact(
        "mean, valid",
        "sum_pool2d",
        "SumPool2D(2, 4, 5, 2, 3, 1, 2, 0, 0, 0, 0)",
        CHANNELS,
        (600.0, IMAGE),
    ),
    Row {
        layer: "mean of all",
        file: "sum_pool2d",
        main: "SumPool2D(2, 4, 5, 4, 5, 1, 1, 0, 0, 0, 0)",
        arrays: CHANNELS,
        out: (2000.0, AS_IT_STANDS),
        error: SINGLE,
    },
    exact("largest along", "reduce_max", "ReduceMax(1, 5, 3, 12)", PLAIN, (100.0, AS_IT_STANDS)),
    Row {
        layer: "mean along",
        file: "reduce_sum",
        main: "ReduceSum(1, 5, 3)",
        arrays: PLAIN,
        out: (500.0, AS_IT_STANDS),
        error: SINGLE,
    },
    exact("flatten", "flatten", "Flatten(2, 3, 4)", PLAIN, (100.0, AS_IT_STANDS)),
    exact("enlarge", "up_sample2d", "UpSample2D(2, 2, 3, 2, 3)", CHANNELS, (100.0, IMAGE)),
    exact("relu", "relu", "Relu(12)", PLAIN, (100.0, AS_IT_STANDS)),
    Row {
        layer: "relu",
        file: "relu_rescale",
        main: "ReluRescale(12, 3)",
        arrays: PLAIN,
        out: (12.5, AS_IT_STANDS),
        error: 0.04 + EXACT,
    },
    Row {
        layer: "relu",
        file: "relu_divide",
        main: "ReluDivide(12, 10)",
        arrays: PLAIN,
        out: (10.0, AS_IT_STANDS),
        error: 0.05 + EXACT,
    },
    exact("relu up to 1.5", "clip", "Clip(12, 0, 150)", PLAIN, (100.0, AS_IT_STANDS)),
    Row {
        layer: "relu up to 1.5",
        file: "clip_rescale",
        main: "ClipRescale(12, 1, 0, 75)",
        arrays: PLAIN,
        out: (50.0, AS_IT_STANDS),
        error: 0.01 + EXACT,
    },
    exact("leaky relu", "leaky_relu", "LeakyRelu(12, 10, 1)", PLAIN, (1e3, AS_IT_STANDS)),
    Row {
        layer: "leaky relu",
        file: "leaky_relu_rescale",
        main: "LeakyReluRescale(12, 3, 10, 1)",
        arrays: PLAIN,
        out: (125.0, AS_IT_STANDS),
        error: 0.04 + EXACT,
    },
    exact(
        "prelu",
        "prelu",
        "PRelu(12, 100)",
        &[values(AS_IT_STANDS), ("alpha", "slope", 100.0, AS_IT_STANDS)],
        (1e4, AS_IT_STANDS),
    ),
    exact("x^2 + x", "poly", "Poly(100)", PLAIN, (1e4, AS_IT_STANDS)),
    exact(
        "zanh",
        "polynomial",
        "Polynomial(3, [6769816000000, 5546705040000, -941119500, -14187547])",
        PLAIN,
        (1e15, AS_IT_STANDS),
    ),
    // A chord of tanh over 1/8 is off by 0.77 / 8^3 at most, where its second derivative is largest.
    Row {
        layer: "tanh",
        file: "piecewise_linear",
        main: "PiecewiseLinear(11, 0, 6, $values, $slopes)",
        arrays: &[
            ("in", "in", 256.0, AS_IT_STANDS),
            ("values", "values", 1_048_576.0, AS_IT_STANDS),
            ("slopes", "slopes", 1_048_576.0, AS_IT_STANDS),
        ],
        out: (1_048_576.0, AS_IT_STANDS),
        error: 1.6e-3,
    },
    // The exponentials are off by 0.2 %.
    Row {
        layer: "softmax",
        file: "softmax",
        main: "Softmax(6, 11, 8, 6, 16, 16)",
        arrays: &[("in", "in", 256.0, AS_IT_STANDS)],
        out: (137_438_953_472.0, AS_IT_STANDS),
        error: 2e-3,
    },
    exact("product of matrices", "mat_mul", "MatMul(3, 4, 2)", PAIR, (1e4, AS_IT_STANDS)),
    exact("product", "mul", "Product()", PAIR, (1e4, AS_IT_STANDS)),
    exact("mean of two", "sum", "Total(1, 1)", PAIR, (200.0, AS_IT_STANDS)),
    exact("difference", "sum", "Total(1, -1)", PAIR, (100.0, AS_IT_STANDS)),
    exact("class", "arg_max", "ArgMax(6, 12)", PLAIN, (1.0, AS_IT_STANDS)),
];

/// Templates that are no layers: they compare classes with labels.
const NO_LAYERS: [&str; 2] = ["accuracy", "accuracy_at_least"];

/// What is more than one component.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "Adapted",
        "include \"tensorproof/nn/dense.circom\";
        template Adapted() {
            signal input in[5];
            signal input weights[3][5];
            signal input bias[3];
            signal input a[2][5];
            signal input b[3][2];
            signal base[3] <== Dense(5, 3)(in, weights, bias);
            signal output out[3] <== LoRA(5, 3, 2, 100, 2)(in, base, a, b);
        }",
    ),
    (
        "Product",
        "template Product() {
            signal input a;
            signal input b;
            signal output out <== Mul()([a, b]);
        }",
    ),
    (
        "Total",
        "template Total(x, y) {
            signal input a;
            signal input b;
            signal output out <== Sum(2, [x, y], 0)([a, b]);
        }",
    ),
];

/// What the script prints of a layer.
#[derive(Deserialize)]
struct Layer {
    #[serde(rename = "layer")]
    name: String,
    arrays: BTreeMap<String, Floats>,
    out: Floats,
}

#[derive(Deserialize)]
struct Floats {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Floats {
    /// The lengths of its axes in another order, and the values.
    fn permuted(&self, axes: &[usize]) -> (Vec<usize>, Vec<f64>) {
        if axes.is_empty() {
            return (self.shape.clone(), self.values.clone());
        }
        let values: Vec<f64> =
            places(&self.shape, axes).into_iter().map(|place| self.values[place]).collect();
        assert_eq!(values.len(), self.values.len());
        (axes.iter().map(|axis| self.shape[*axis]).collect(), values)
    }
}

/// Returns the nearest integers to scaled values.
fn scaled(values: &[f64], scale: f64) -> Vec<String> {
    values.iter().map(|value| format!("{:.0}", value * scale)).collect()
}

/// Returns an array as circom writes it.
fn literal(shape: &[usize], values: &[String]) -> String {
    let Some((length, inner)) = shape.split_first() else {
        return values[0].clone();
    };
    let items: Vec<_> = values.chunks(values.len() / length).map(|values| literal(inner, values)).collect();
    format!("[{}]", items.join(", "))
}

fn check(row: &Row, layer: &Layer) {
    let context = format!("{} by {}", row.layer, row.main);
    let names: BTreeSet<_> = row.arrays.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, layer.arrays.keys().map(String::as_str).collect(), "{context}");
    let mut main = row.main.to_owned();
    let mut inputs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, signal, scale, axes) in row.arrays {
        let (shape, values) = layer.arrays[*name].permuted(axes);
        let integers = scaled(&values, *scale);
        let place = format!("${signal}");
        if main.contains(&place) {
            main = main.replace(&place, &literal(&shape, &integers));
        } else {
            inputs.insert((*signal).to_owned(), integers);
        }
    }
    let mut text = format!("pragma circom 2.1.0;\ninclude \"tensorproof/nn/{}.circom\";\n", row.file);
    for (_, template) in TEMPLATES.iter().filter(|(name, _)| main.starts_with(&format!("{name}("))) {
        text.push_str(template);
    }
    let circuit = circuit(&format!("{text}\ncomponent main = {main};\n"), Level::O1);

    // A template of one value is run for each.
    let sizes: BTreeMap<String, usize> =
        circuit.inputs().into_iter().map(|port| (port.name.clone(), port.len())).collect();
    let runs: BTreeSet<usize> = inputs.iter().map(|(name, values)| values.len() / sizes[name]).collect();
    assert_eq!(runs.len(), 1, "{context}");
    let count = circuit.r1cs.public_outputs as usize;
    let mut found = Vec::new();
    for run in 0..*runs.first().unwrap() {
        let part = |(name, values): (&String, &Vec<String>)| {
            let values = values.chunks(sizes[name]).nth(run).unwrap();
            (name.clone(), values.iter().cloned().map(Number::Large).collect())
        };
        let witness: Witness = solve(&circuit, &inputs.iter().map(part).collect())
            .unwrap_or_else(|| panic!("{context}: no witness"));
        circuit.r1cs.check(&witness).unwrap();
        found.extend(witness.0[1..=count].iter().map(fr_to_signed));
    }

    let (scale, axes) = row.out;
    let (_, expected) = layer.out.permuted(axes);
    assert_eq!(found.len(), expected.len(), "{context}");
    let real = |integer: &BigInt| integer.to_string().parse::<f64>().unwrap() / scale;
    for (found, expected) in found.iter().map(real).zip(expected) {
        let error = (found - expected).abs();
        assert!(error <= row.error, "{context}: {found}, Keras has {expected}");
    }
}

#[test]
fn layers_agree_with_keras() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/keras_layers.py");
    let printed = expect_success(&python(&script, [""; 0], folder.path()));
    let layers: Vec<Layer> = serde_json::from_str(&printed).unwrap();
    for row in ROWS {
        let layer = layers.iter().find(|layer| layer.name == row.layer);
        check(row, layer.unwrap_or_else(|| panic!("the script does not print `{}`", row.layer)));
    }
    let used: BTreeSet<_> = ROWS.iter().map(|row| row.layer).collect();
    assert_eq!(used, layers.iter().map(|layer| layer.name.as_str()).collect());
}

#[test]
fn every_layer_of_the_library_has_a_row() {
    let library: BTreeSet<_> = tensorproof_templates::FILES
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("tensorproof/nn/")?.strip_suffix(".circom"))
        .filter(|file| !NO_LAYERS.contains(file))
        .collect();
    assert_eq!(library, ROWS.iter().map(|row| row.file).collect());
}
