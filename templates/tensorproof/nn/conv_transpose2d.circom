pragma circom 2.1.0;

// Transposed two-dimensional convolution with parameters as signals: each value of the input spreads
// the kernel around it.
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
// Inputs
//   in[channels][height][width]
//   weights[channels][filters][kernelHeight][kernelWidth]
//   bias[filters]
// Outputs
//   out[filters][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   one quadratic for each product, where nothing is cut
//   channels * filters * height * width * kernelHeight * kernelWidth; 0 linear
// Source
//   ONNX operator ConvTranspose.
template ConvTranspose2D(
    channels, height, width, filters, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft,
    outHeight, outWidth
) {
    assert(1 <= channels && 1 <= filters && 1 <= strideHeight && 1 <= strideWidth);
    assert(1 <= outHeight && 1 <= outWidth && 0 <= padTop && 0 <= padLeft);
    var products = channels * kernelHeight * kernelWidth;
    signal input in[channels][height][width];
    signal input weights[channels][filters][kernelHeight][kernelWidth];
    signal input bias[filters];
    signal output out[filters][outHeight][outWidth];

    // sum[f][y][x][k] holds the bias and the first k products.
    signal sum[filters][outHeight][outWidth][products + 1];
    for (var f = 0; f < filters; f++) {
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                sum[f][y][x][0] <== bias[f];
                var k = 0;
                for (var c = 0; c < channels; c++) {
                    for (var i = 0; i < kernelHeight; i++) {
                        for (var j = 0; j < kernelWidth; j++) {
                            var down = y + padTop - i;
                            var across = x + padLeft - j;
                            var isInside = 0;
                            if (0 <= down && 0 <= across) {
                                isInside = down % strideHeight == 0 && down \ strideHeight < height
                                    && across % strideWidth == 0 && across \ strideWidth < width;
                            }
                            if (isInside) {
                                var row = down \ strideHeight;
                                var column = across \ strideWidth;
                                sum[f][y][x][k + 1] <== weights[c][f][i][j] * in[c][row][column] + sum[f][y][x][k];
                            } else {
                                sum[f][y][x][k + 1] <== sum[f][y][x][k];
                            }
                            k++;
                        }
                    }
                }
                out[f][y][x] <== sum[f][y][x][products];
            }
        }
    }
}
