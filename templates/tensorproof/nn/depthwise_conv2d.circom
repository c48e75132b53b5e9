pragma circom 2.1.0;

// Two-dimensional convolution of each channel by itself, with parameters as signals.
//
//   out[f][y][x] = bias[f] + sum over i, j of
//       weights[f][i][j] * in[f \ multiplier][y * strideHeight + i * dilationHeight - padTop]
//                                            [x * strideWidth + j * dilationWidth - padLeft]
//
// where values outside the input are zero.
//
// Parameters
//   channels, height, width          shape of the input
//   multiplier                       filters for each channel
//   kernelHeight, kernelWidth        shape of the kernel
//   strideHeight, strideWidth        at least 1
//   dilationHeight, dilationWidth    at least 1
//   padTop, padLeft, padBottom, padRight    zeros around the input
// Inputs
//   in[channels][height][width]
//   weights[channels * multiplier][kernelHeight][kernelWidth]
//   bias[channels * multiplier]
// Outputs
//   out[channels * multiplier][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   one quadratic for each product of a weight and a value inside the input: without padding
//   channels * multiplier * outHeight * outWidth * kernelHeight * kernelWidth; 0 linear
// Source
//   ONNX operator Conv with group = channels.
template DepthwiseConv2D(
    channels, height, width, multiplier, kernelHeight, kernelWidth, strideHeight, strideWidth,
    dilationHeight, dilationWidth, padTop, padLeft, padBottom, padRight
) {
    assert(1 <= channels && 1 <= multiplier && 1 <= kernelHeight && 1 <= kernelWidth);
    assert(1 <= strideHeight && 1 <= strideWidth && 1 <= dilationHeight && 1 <= dilationWidth);
    assert(dilationHeight * (kernelHeight - 1) < height + padTop + padBottom);
    assert(dilationWidth * (kernelWidth - 1) < width + padLeft + padRight);
    var outHeight = (height + padTop + padBottom - dilationHeight * (kernelHeight - 1) - 1) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - dilationWidth * (kernelWidth - 1) - 1) \ strideWidth + 1;
    var filters = channels * multiplier;
    var products = kernelHeight * kernelWidth;

    signal input in[channels][height][width];
    signal input weights[filters][kernelHeight][kernelWidth];
    signal input bias[filters];
    signal output out[filters][outHeight][outWidth];

    // sum[f][y][x][k] holds the bias and the first k products.
    signal sum[filters][outHeight][outWidth][products + 1];
    for (var f = 0; f < filters; f++) {
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                sum[f][y][x][0] <== bias[f];
                var k = 0;
                for (var i = 0; i < kernelHeight; i++) {
                    for (var j = 0; j < kernelWidth; j++) {
                        var row = y * strideHeight + i * dilationHeight - padTop;
                        var column = x * strideWidth + j * dilationWidth - padLeft;
                        if (0 <= row && row < height && 0 <= column && column < width) {
                            sum[f][y][x][k + 1] <== weights[f][i][j] * in[f \ multiplier][row][column] + sum[f][y][x][k];
                        } else {
                            sum[f][y][x][k + 1] <== sum[f][y][x][k];
                        }
                        k++;
                    }
                }
                out[f][y][x] <== sum[f][y][x][products];
            }
        }
    }
}
