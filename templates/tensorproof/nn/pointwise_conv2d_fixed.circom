pragma circom 2.1.0;

// Two-dimensional convolution with a kernel of one by one and stride 1, with constant parameters.
//
//   out[f][y][x] = bias[f] + sum over c of weights[f][c] * in[c][y][x]
//
// Parameters
//   channels, height, width       shape of the input
//   filters                       at least 1
//   weights[filters][channels]    integers
//   bias[filters]                 integers
// Inputs
//   in[channels][height][width]
// Outputs
//   out[filters][height][width]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   0 quadratic + filters * height * width linear
// Source
//   ONNX operator Conv.
template PointwiseConv2DFixed(channels, height, width, filters, weights, bias) {
    assert(1 <= channels && 1 <= height && 1 <= width && 1 <= filters);
    signal input in[channels][height][width];
    signal output out[filters][height][width];

    for (var f = 0; f < filters; f++) {
        for (var y = 0; y < height; y++) {
            for (var x = 0; x < width; x++) {
                var sum = bias[f];
                for (var c = 0; c < channels; c++) {
                    sum += weights[f][c] * in[c][y][x];
                }
                out[f][y][x] <== sum;
            }
        }
    }
}
