//! Layers of Keras, and the templates that compute them.

/// An array of Keras: its name, our signal, the integer that stands for 1, and which of its axes is each of ours; none if they
/// are ours.
pub(crate) type Array = (&'static str, &'static str, f64, &'static [usize]);

/// A layer of Keras and the template that computes it.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) layer: &'static str,
    pub(crate) file: &'static str,
    /// The main component; `$name` stands for an array.
    pub(crate) main: &'static str,
    pub(crate) arrays: &'static [Array],
    /// The output's scale and axes.
    pub(crate) out: (f64, &'static [usize]),
    /// The largest error.
    pub(crate) error: f64,
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
const NORMALIZATION: &[Array] =
    &[values(IMAGE), ("factor", "factor", 1e6, AS_IT_STANDS), ("offset", "offset", 1e8, AS_IT_STANDS)];
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

/// A row that agrees up to an error.
const fn near(row: Row, error: f64) -> Row {
    Row { error, ..row }
}

pub(crate) const ROWS: &[Row] = &[
    exact("dense", "dense", "Dense(5, 3)", DENSE, (1e4, AS_IT_STANDS)),
    exact("dense", "dense_fixed", "DenseFixed(5, 3, $weights, $bias)", DENSE, (1e4, AS_IT_STANDS)),
    near(
        exact(
            "dense with LoRA",
            "lora",
            "Adapted()",
            &[
                values(AS_IT_STANDS),
                weights(LINE),
                BIAS,
                ("lora_kernel_a", "a", 100.0, LINE),
                ("lora_kernel_b", "b", 100.0, LINE),
            ],
            (1e6, AS_IT_STANDS),
        ),
        SINGLE,
    ),
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
    near(
        exact("batch normalization", "batch_norm", "BatchNorm(2, 4, 3)", NORMALIZATION, (1e8, IMAGE)),
        1.6e-6,
    ),
    near(
        exact(
            "batch normalization",
            "batch_norm_fixed",
            "BatchNormFixed(2, 4, 3, $factor, $offset)",
            NORMALIZATION,
            (1e8, IMAGE),
        ),
        1.6e-6,
    ),
    // The root is rounded down, to one of at least 2,000, and outputs are below 2.
    near(
        exact(
            "layer normalization",
            "layer_norm",
            "LayerNorm(8, 15, 36, 51200)",
            PLAIN,
            (68_719_476_736.0, AS_IT_STANDS),
        ),
        1e-3,
    ),
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
    near(
        exact(
            "mean of all",
            "sum_pool2d",
            "SumPool2D(2, 4, 5, 4, 5, 1, 1, 0, 0, 0, 0)",
            CHANNELS,
            (2000.0, AS_IT_STANDS),
        ),
        SINGLE,
    ),
    exact("largest along", "reduce_max", "ReduceMax(1, 5, 3, 12)", PLAIN, (100.0, AS_IT_STANDS)),
    near(exact("mean along", "reduce_sum", "ReduceSum(1, 5, 3)", PLAIN, (500.0, AS_IT_STANDS)), SINGLE),
    exact("flatten", "flatten", "Flatten(2, 3, 4)", PLAIN, (100.0, AS_IT_STANDS)),
    exact("enlarge", "up_sample2d", "UpSample2D(2, 2, 3, 2, 3)", CHANNELS, (100.0, IMAGE)),
    exact("relu", "relu", "Relu(12)", PLAIN, (100.0, AS_IT_STANDS)),
    near(exact("relu", "relu_rescale", "ReluRescale(12, 3)", PLAIN, (12.5, AS_IT_STANDS)), 0.04 + EXACT),
    near(exact("relu", "relu_divide", "ReluDivide(12, 10)", PLAIN, (10.0, AS_IT_STANDS)), 0.05 + EXACT),
    exact("relu up to 1.5", "clip", "Clip(12, 0, 150)", PLAIN, (100.0, AS_IT_STANDS)),
    near(
        exact("relu up to 1.5", "clip_rescale", "ClipRescale(12, 1, 0, 75)", PLAIN, (50.0, AS_IT_STANDS)),
        0.01 + EXACT,
    ),
    exact("leaky relu", "leaky_relu", "LeakyRelu(12, 10, 1)", PLAIN, (1e3, AS_IT_STANDS)),
    near(
        exact(
            "leaky relu",
            "leaky_relu_rescale",
            "LeakyReluRescale(12, 3, 10, 1)",
            PLAIN,
            (125.0, AS_IT_STANDS),
        ),
        0.04 + EXACT,
    ),
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
    near(
        exact(
            "tanh",
            "piecewise_linear",
            "PiecewiseLinear(11, 0, 6, $values, $slopes)",
            &[
                ("in", "in", 256.0, AS_IT_STANDS),
                ("values", "values", 1_048_576.0, AS_IT_STANDS),
                ("slopes", "slopes", 1_048_576.0, AS_IT_STANDS),
            ],
            (1_048_576.0, AS_IT_STANDS),
        ),
        1.6e-3,
    ),
    // The exponentials are off by 0.2 %.
    near(
        exact(
            "softmax",
            "softmax",
            "Softmax(6, 11, 8, 6, 16, 16)",
            &[("in", "in", 256.0, AS_IT_STANDS)],
            (137_438_953_472.0, AS_IT_STANDS),
        ),
        2e-3,
    ),
    exact("product of matrices", "mat_mul", "MatMul(3, 4, 2)", PAIR, (1e4, AS_IT_STANDS)),
    exact("product", "mul", "Product()", PAIR, (1e4, AS_IT_STANDS)),
    exact("mean of two", "sum", "Total(1, 1)", PAIR, (200.0, AS_IT_STANDS)),
    exact("difference", "sum", "Total(1, -1)", PAIR, (100.0, AS_IT_STANDS)),
    exact("class", "arg_max", "ArgMax(6, 12)", PLAIN, (1.0, AS_IT_STANDS)),
];
