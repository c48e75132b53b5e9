pragma circom 2.1.0;

// Two-dimensional convolution of each channel by itself, with constant parameters; see DepthwiseConv2D.
//
// Parameters
//   channels, height, width          shape of the input
//   multiplier                       filters for each channel
//   kernelHeight, kernelWidth        shape of the kernel
//   strideHeight, strideWidth        at least 1
//   dilationHeight, dilationWidth    at least 1
//   padTop, padLeft, padBottom, padRight    zeros around the input
//   weights[channels * multiplier][kernelHeight][kernelWidth]    integers
//   bias[channels * multiplier]                                  integers
// Inputs
//   in[channels][height][width]
// Outputs
//   out[channels * multiplier][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   0 quadratic + channels * multiplier * outHeight * outWidth linear
// Source
//   ONNX operator Conv with group = channels.
template DepthwiseConv2DFixed(
    channels, height, width, multiplier, kernelHeight, kernelWidth, strideHeight, strideWidth,
    dilationHeight, dilationWidth, padTop, padLeft, padBottom, padRight, weights, bias
) {
    assert(1 <= channels && 1 <= multiplier && 1 <= kernelHeight && 1 <= kernelWidth);
    assert(1 <= strideHeight && 1 <= strideWidth && 1 <= dilationHeight && 1 <= dilationWidth);
    assert(dilationHeight * (kernelHeight - 1) < height + padTop + padBottom);
    assert(dilationWidth * (kernelWidth - 1) < width + padLeft + padRight);
    var outHeight = (height + padTop + padBottom - dilationHeight * (kernelHeight - 1) - 1) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - dilationWidth * (kernelWidth - 1) - 1) \ strideWidth + 1;
    var filters = channels * multiplier;

    signal input in[channels][height][width];
    signal output out[filters][outHeight][outWidth];

    for (var f = 0; f < filters; f++) {
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                var sum = bias[f];
                for (var i = 0; i < kernelHeight; i++) {
                    for (var j = 0; j < kernelWidth; j++) {
                        var row = y * strideHeight + i * dilationHeight - padTop;
                        var column = x * strideWidth + j * dilationWidth - padLeft;
                        if (0 <= row && row < height && 0 <= column && column < width) {
                            sum += weights[f][i][j] * in[f \ multiplier][row][column];
                        }
                    }
                }
                out[f][y][x] <== sum;
            }
        }
    }
}
