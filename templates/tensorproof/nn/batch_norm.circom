pragma circom 2.1.0;

// Batch normalization of inference: a factor and an offset for each channel, as signals.
//
//   out[c][y][x] = factor[c] * in[c][y][x] + offset[c]
//
// With gamma, beta, mean and variance of the training, factor = gamma / sqrt(variance + epsilon) and
// offset = beta - mean * factor, in fixed point. After a linear layer it is free: its weights take the factor.
//
// Parameters
//   channels, height, width    shape of the input
// Inputs
//   in[channels][height][width]
//   factor[channels]
//   offset[channels]           at the scale of the input times the scale of the factor
// Outputs
//   out[channels][height][width]
// Requires
//   Nothing; the values are exact modulo p.
// Constraints
//   channels * height * width quadratic + 0 linear
// Source
//   ONNX operator BatchNormalization; Ioffe and Szegedy 2015 (arXiv:1502.03167).
template BatchNorm(channels, height, width) {
    assert(1 <= channels && 1 <= height && 1 <= width);
    signal input in[channels][height][width];
    signal input factor[channels];
    signal input offset[channels];
    signal output out[channels][height][width];

    for (var c = 0; c < channels; c++) {
        for (var y = 0; y < height; y++) {
            for (var x = 0; x < width; x++) {
                out[c][y][x] <== factor[c] * in[c][y][x] + offset[c];
            }
        }
    }
}
