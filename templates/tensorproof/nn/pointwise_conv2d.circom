pragma circom 2.1.0;

// Two-dimensional convolution with a kernel of one by one and stride 1, with parameters as signals.
//
//   out[f][y][x] = bias[f] + sum over c of weights[f][c] * in[c][y][x]
//
// Parameters
//   channels, height, width    shape of the input
//   filters                    at least 1
// Inputs
//   in[channels][height][width]
//   weights[filters][channels]
//   bias[filters]
// Outputs
//   out[filters][height][width]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   filters * channels * height * width quadratic + 0 linear
// Source
//   ONNX operator Conv.
template PointwiseConv2D(channels, height, width, filters) {
    assert(1 <= channels && 1 <= height && 1 <= width && 1 <= filters);
    signal input in[channels][height][width];
    signal input weights[filters][channels];
    signal input bias[filters];
    signal output out[filters][height][width];

    signal sum[filters][height][width][channels];
    for (var f = 0; f < filters; f++) {
        for (var y = 0; y < height; y++) {
            for (var x = 0; x < width; x++) {
                sum[f][y][x][0] <== weights[f][0] * in[0][y][x] + bias[f];
                for (var c = 1; c < channels; c++) {
                    sum[f][y][x][c] <== weights[f][c] * in[c][y][x] + sum[f][y][x][c - 1];
                }
                out[f][y][x] <== sum[f][y][x][channels - 1];
            }
        }
    }
}
