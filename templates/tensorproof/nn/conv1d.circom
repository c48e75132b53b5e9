pragma circom 2.1.0;

include "conv2d.circom";

// One-dimensional convolution with parameters as signals.
//
//   out[f][x] = bias[f] + sum over c, i of weights[f][c][i] * in[first(f) + c][x * stride + i * dilation - padLeft]
//
// where first(f) is the first channel of the filter's group, and values outside the input are zero.
//
// Parameters
//   channels, length     shape of the input
//   filters              a multiple of groups
//   kernel               length of the kernel
//   stride, dilation     at least 1
//   padLeft, padRight    zeros around the input
//   groups               divides channels and filters
// Inputs
//   in[channels][length]
//   weights[filters][channels / groups][kernel]
//   bias[filters]
// Outputs
//   out[filters][outLength]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   one quadratic for each product of a weight and a value inside the input: without padding
//   filters * outLength * (channels / groups) * kernel; 0 linear
// Source
//   ONNX operator Conv.
template Conv1D(channels, length, filters, kernel, stride, dilation, padLeft, padRight, groups) {
    assert(1 <= groups && channels % groups == 0 && filters % groups == 0);
    assert(1 <= stride && 1 <= dilation);
    var outLength = (length + padLeft + padRight - dilation * (kernel - 1) - 1) \ stride + 1;
    signal input in[channels][length];
    signal input weights[filters][channels \ groups][kernel];
    signal input bias[filters];
    signal output out[filters][outLength];

    component conv = Conv2D(
        channels, 1, length, filters, 1, kernel, 1, stride, 1, dilation, 0, padLeft, 0, padRight, groups
    );
    for (var c = 0; c < channels; c++) {
        conv.in[c][0] <== in[c];
    }
    for (var f = 0; f < filters; f++) {
        for (var c = 0; c < channels \ groups; c++) {
            conv.weights[f][c][0] <== weights[f][c];
        }
    }
    conv.bias <== bias;
    for (var f = 0; f < filters; f++) {
        out[f] <== conv.out[f][0];
    }
}
