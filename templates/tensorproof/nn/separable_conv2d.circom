pragma circom 2.1.0;

include "depthwise_conv2d.circom";
include "pointwise_conv2d.circom";

// Depthwise convolution, one filter for each channel and without bias, then a pointwise one, parameters as signals.
//
// Parameters
//   channels, height, width          shape of the input
//   filters                          at least 1
//   kernelHeight, kernelWidth        shape of the depthwise kernel
//   strideHeight, strideWidth        at least 1
//   padTop, padLeft, padBottom, padRight    zeros around the input
// Inputs
//   in[channels][height][width]
//   depthwiseWeights[channels][kernelHeight][kernelWidth]
//   pointwiseWeights[filters][channels]
//   bias[filters]
// Outputs
//   out[filters][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Their scale is that of the input times those of both weights.
// Constraints
//   those of both: without padding channels * outHeight * outWidth * (kernelHeight * kernelWidth + filters) quadratic;
//   0 linear
// Source
//   Keras layer SeparableConv2D.
template SeparableConv2D(
    channels, height, width, filters, kernelHeight, kernelWidth, strideHeight, strideWidth,
    padTop, padLeft, padBottom, padRight
) {
    assert(1 <= strideHeight && 1 <= strideWidth);
    var outHeight = (height + padTop + padBottom - kernelHeight) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - kernelWidth) \ strideWidth + 1;
    signal input in[channels][height][width];
    signal input depthwiseWeights[channels][kernelHeight][kernelWidth];
    signal input pointwiseWeights[filters][channels];
    signal input bias[filters];
    signal output out[filters][outHeight][outWidth];

    component depthwise = DepthwiseConv2D(
        channels, height, width, 1, kernelHeight, kernelWidth, strideHeight, strideWidth, 1, 1,
        padTop, padLeft, padBottom, padRight
    );
    depthwise.in <== in;
    depthwise.weights <== depthwiseWeights;
    for (var c = 0; c < channels; c++) {
        depthwise.bias[c] <== 0;
    }
    component pointwise = PointwiseConv2D(channels, outHeight, outWidth, filters);
    pointwise.in <== depthwise.out;
    pointwise.weights <== pointwiseWeights;
    pointwise.bias <== bias;
    out <== pointwise.out;
}
