pragma circom 2.1.0;

// Enlargement by repeating rows and columns.
//
//   out[c][y][x] = in[c][y \ factorHeight][x \ factorWidth]
//
// Parameters
//   channels, height, width       shape of the input
//   factorHeight, factorWidth     at least 1
// Inputs
//   in[channels][height][width]
// Outputs
//   out[channels][height * factorHeight][width * factorWidth]
// Requires
//   Nothing.
// Constraints
//   0 quadratic + 0 linear between components: wiring. Repeated outputs of main take 1 linear each.
// Source
//   ONNX operator Resize with mode = nearest and whole factors; Keras layer UpSampling2D.
template UpSample2D(channels, height, width, factorHeight, factorWidth) {
    assert(1 <= factorHeight && 1 <= factorWidth);
    signal input in[channels][height][width];
    signal output out[channels][height * factorHeight][width * factorWidth];

    for (var c = 0; c < channels; c++) {
        for (var y = 0; y < height * factorHeight; y++) {
            for (var x = 0; x < width * factorWidth; x++) {
                out[c][y][x] <== in[c][y \ factorHeight][x \ factorWidth];
            }
        }
    }
}
