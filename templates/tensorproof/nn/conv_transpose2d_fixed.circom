pragma circom 2.1.0;

// Transposed two-dimensional convolution with constant parameters; see ConvTranspose2D.
//
//   out[f][y][x] = bias[f] + sum of weights[c][f][i][j] * in[c][row][column]
//
// over c, i, j, row and column with y = row * strideHeight + i - padTop and x = column * strideWidth + j - padLeft.
//
// Parameters
//   channels, height, width        shape of the input
//   filters                        at least 1
//   kernelHeight, kernelWidth      shape of the kernel
//   strideHeight, strideWidth      at least 1
//   padTop, padLeft                rows and columns that are cut from the output
//   outHeight, outWidth            shape of the output, at least 1
//   weights[channels][filters][kernelHeight][kernelWidth]    integers
//   bias[filters]                                            integers
// Inputs
//   in[channels][height][width]
// Outputs
//   out[filters][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   0 quadratic + filters * outHeight * outWidth linear
// Source
//   ONNX operator ConvTranspose.
template ConvTranspose2DFixed(
    channels, height, width, filters, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft,
    outHeight, outWidth, weights, bias
) {
    assert(1 <= channels && 1 <= filters && 1 <= strideHeight && 1 <= strideWidth);
    assert(1 <= outHeight && 1 <= outWidth && 0 <= padTop && 0 <= padLeft);
    signal input in[channels][height][width];
    signal output out[filters][outHeight][outWidth];

    for (var f = 0; f < filters; f++) {
        var sum[outHeight][outWidth];
        for (var c = 0; c < channels; c++) {
            for (var row = 0; row < height; row++) {
                for (var column = 0; column < width; column++) {
                    for (var i = 0; i < kernelHeight; i++) {
                        for (var j = 0; j < kernelWidth; j++) {
                            var y = row * strideHeight + i - padTop;
                            var x = column * strideWidth + j - padLeft;
                            if (0 <= y && y < outHeight && 0 <= x && x < outWidth) {
                                sum[y][x] += weights[c][f][i][j] * in[c][row][column];
                            }
                        }
                    }
                }
            }
        }
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                out[f][y][x] <== sum[y][x] + bias[f];
            }
        }
    }
}
