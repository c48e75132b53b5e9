pragma circom 2.1.0;

// Two-dimensional convolution with parameters as signals.
//
//   out[f][y][x] = bias[f] + sum over c, i, j of
//       weights[f][c][i][j] * in[first(f) + c][y * strideHeight + i * dilationHeight - padTop]
//                                             [x * strideWidth + j * dilationWidth - padLeft]
//
// where first(f) is the first channel of the filter's group, and values outside the input are zero.
//
// Parameters
//   channels, height, width          shape of the input
//   filters                          a multiple of groups
//   kernelHeight, kernelWidth        shape of the kernel
//   strideHeight, strideWidth        at least 1
//   dilationHeight, dilationWidth    at least 1
//   padTop, padLeft, padBottom, padRight    zeros around the input
//   groups                           divides channels and filters; groups = channels is a depthwise convolution
// Inputs
//   in[channels][height][width]
//   weights[filters][channels / groups][kernelHeight][kernelWidth]
//   bias[filters]
// Outputs
//   out[filters][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   one quadratic for each product of a weight and a value inside the input: without padding
//   filters * outHeight * outWidth * (channels / groups) * kernelHeight * kernelWidth; 0 linear
// Source
//   ONNX operator Conv.
template Conv2D(
    channels, height, width, filters, kernelHeight, kernelWidth, strideHeight, strideWidth,
    dilationHeight, dilationWidth, padTop, padLeft, padBottom, padRight, groups
) {
    assert(1 <= groups && channels % groups == 0 && filters % groups == 0);
    assert(1 <= strideHeight && 1 <= strideWidth && 1 <= dilationHeight && 1 <= dilationWidth);
    var outHeight = (height + padTop + padBottom - dilationHeight * (kernelHeight - 1) - 1) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - dilationWidth * (kernelWidth - 1) - 1) \ strideWidth + 1;
    var depth = channels \ groups;
    var products = depth * kernelHeight * kernelWidth;

    signal input in[channels][height][width];
    signal input weights[filters][depth][kernelHeight][kernelWidth];
    signal input bias[filters];
    signal output out[filters][outHeight][outWidth];

    // sum[f][y][x][k] holds the bias and the first k products.
    signal sum[filters][outHeight][outWidth][products + 1];
    for (var f = 0; f < filters; f++) {
        var first = (f \ (filters \ groups)) * depth;
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                sum[f][y][x][0] <== bias[f];
                var k = 0;
                for (var c = 0; c < depth; c++) {
                    for (var i = 0; i < kernelHeight; i++) {
                        for (var j = 0; j < kernelWidth; j++) {
                            var row = y * strideHeight + i * dilationHeight - padTop;
                            var column = x * strideWidth + j * dilationWidth - padLeft;
                            if (0 <= row && row < height && 0 <= column && column < width) {
                                sum[f][y][x][k + 1] <== weights[f][c][i][j] * in[first + c][row][column] + sum[f][y][x][k];
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
