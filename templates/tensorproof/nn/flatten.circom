pragma circom 2.1.0;

// Values of a tensor in a row, the last axis fastest.
//
//   out[(c * height + y) * width + x] = in[c][y][x]
//
// Parameters
//   channels, height, width    shape of the input
// Inputs
//   in[channels][height][width]
// Outputs
//   out[channels * height * width]
// Requires
//   Nothing.
// Constraints
//   0 quadratic + 0 linear: wiring
// Source
//   ONNX operator Flatten.
template Flatten(channels, height, width) {
    signal input in[channels][height][width];
    signal output out[channels * height * width];

    for (var c = 0; c < channels; c++) {
        for (var y = 0; y < height; y++) {
            for (var x = 0; x < width; x++) {
                out[(c * height + y) * width + x] <== in[c][y][x];
            }
        }
    }
}
