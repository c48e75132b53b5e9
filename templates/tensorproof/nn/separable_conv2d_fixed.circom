pragma circom 2.1.0;

// Depthwise convolution, one filter for each channel and without bias, then a pointwise one, with constant parameters; see
// SeparableConv2D.
//
// Parameters
//   channels, height, width          shape of the input
//   filters                          at least 1
//   kernelHeight, kernelWidth        shape of the depthwise kernel
//   strideHeight, strideWidth        at least 1
//   padTop, padLeft, padBottom, padRight    zeros around the input
//   depthwiseWeights[channels][kernelHeight][kernelWidth]    integers
//   pointwiseWeights[filters][channels]                      integers
//   bias[filters]                                            integers
// Inputs
//   in[channels][height][width]
// Outputs
//   out[filters][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Their scale is that of the input times those of both weights.
// Constraints
//   0 quadratic + filters * outHeight * outWidth linear
// Source
//   Keras layer SeparableConv2D.
template SeparableConv2DFixed(
    channels, height, width, filters, kernelHeight, kernelWidth, strideHeight, strideWidth,
    padTop, padLeft, padBottom, padRight, depthwiseWeights, pointwiseWeights, bias
) {
    assert(1 <= channels && 1 <= filters && 1 <= strideHeight && 1 <= strideWidth);
    assert(1 <= kernelHeight && kernelHeight <= height + padTop + padBottom);
    assert(1 <= kernelWidth && kernelWidth <= width + padLeft + padRight);
    var outHeight = (height + padTop + padBottom - kernelHeight) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - kernelWidth) \ strideWidth + 1;
    signal input in[channels][height][width];
    signal output out[filters][outHeight][outWidth];

    for (var y = 0; y < outHeight; y++) {
        for (var x = 0; x < outWidth; x++) {
            var depthwise[channels];
            for (var c = 0; c < channels; c++) {
                for (var i = 0; i < kernelHeight; i++) {
                    for (var j = 0; j < kernelWidth; j++) {
                        var row = y * strideHeight + i - padTop;
                        var column = x * strideWidth + j - padLeft;
                        if (0 <= row && row < height && 0 <= column && column < width) {
                            depthwise[c] += depthwiseWeights[c][i][j] * in[c][row][column];
                        }
                    }
                }
            }
            for (var f = 0; f < filters; f++) {
                var sum = bias[f];
                for (var c = 0; c < channels; c++) {
                    sum += pointwiseWeights[f][c] * depthwise[c];
                }
                out[f][y][x] <== sum;
            }
        }
    }
}
