pragma circom 2.1.0;

// One-dimensional convolution with constant parameters; see Conv1D.
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
//   weights[filters][channels / groups][kernel]    integers
//   bias[filters]                                  integers
// Inputs
//   in[channels][length]
// Outputs
//   out[filters][outLength]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   0 quadratic + filters * outLength linear
// Source
//   ONNX operator Conv.
template Conv1DFixed(channels, length, filters, kernel, stride, dilation, padLeft, padRight, groups, weights, bias) {
    assert(1 <= groups && channels % groups == 0 && filters % groups == 0);
    assert(1 <= kernel && 1 <= stride && 1 <= dilation);
    assert(dilation * (kernel - 1) < length + padLeft + padRight);
    var outLength = (length + padLeft + padRight - dilation * (kernel - 1) - 1) \ stride + 1;
    var depth = channels \ groups;
    signal input in[channels][length];
    signal output out[filters][outLength];

    for (var f = 0; f < filters; f++) {
        var first = (f \ (filters \ groups)) * depth;
        for (var x = 0; x < outLength; x++) {
            var sum = bias[f];
            for (var c = 0; c < depth; c++) {
                for (var i = 0; i < kernel; i++) {
                    var place = x * stride + i * dilation - padLeft;
                    if (0 <= place && place < length) {
                        sum += weights[f][c][i] * in[first + c][place];
                    }
                }
            }
            out[f][x] <== sum;
        }
    }
}
