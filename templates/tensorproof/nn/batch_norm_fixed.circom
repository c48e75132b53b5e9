pragma circom 2.1.0;

// Batch normalization of inference with constant parameters; see BatchNorm.
//
//   out[c][y][x] = factor[c] * in[c][y][x] + offset[c]
//
// Parameters
//   channels, height, width    shape of the input
//   factor[channels]           integers
//   offset[channels]           integers, at the scale of the input times the scale of the factor
// Inputs
//   in[channels][height][width]
// Outputs
//   out[channels][height][width]
// Requires
//   Nothing; the values are exact modulo p.
// Constraints
//   0 quadratic + channels * height * width linear
// Source
//   ONNX operator BatchNormalization; Ioffe and Szegedy 2015 (arXiv:1502.03167).
template BatchNormFixed(channels, height, width, factor, offset) {
    assert(1 <= channels && 1 <= height && 1 <= width);
    signal input in[channels][height][width];
    signal output out[channels][height][width];

    for (var c = 0; c < channels; c++) {
        for (var y = 0; y < height; y++) {
            for (var x = 0; x < width; x++) {
                out[c][y][x] <== factor[c] * in[c][y][x] + offset[c];
            }
        }
    }
}
