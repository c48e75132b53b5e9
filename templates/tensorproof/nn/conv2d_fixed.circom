pragma circom 2.1.0;

// Two-dimensional convolution with constant parameters; see Conv2D.
//
// Parameters
//   channels, height, width          shape of the input
//   filters                          a multiple of groups
//   kernelHeight, kernelWidth        shape of the kernel
//   strideHeight, strideWidth        at least 1
//   dilationHeight, dilationWidth    at least 1
//   padTop, padLeft, padBottom, padRight    zeros around the input
//   groups                           divides channels and filters; groups = channels is a depthwise convolution
//   weights[filters][channels / groups][kernelHeight][kernelWidth]    integers
//   bias[filters]                                                     integers
// Inputs
//   in[channels][height][width]
// Outputs
//   out[filters][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   0 quadratic + filters * outHeight * outWidth linear
// Source
//   ONNX operator Conv.
template Conv2DFixed(
    channels, height, width, filters, kernelHeight, kernelWidth, strideHeight, strideWidth,
    dilationHeight, dilationWidth, padTop, padLeft, padBottom, padRight, groups, weights, bias
) {
    assert(1 <= groups && channels % groups == 0 && filters % groups == 0);
    assert(1 <= strideHeight && 1 <= strideWidth && 1 <= dilationHeight && 1 <= dilationWidth);
    var outHeight = (height + padTop + padBottom - dilationHeight * (kernelHeight - 1) - 1) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - dilationWidth * (kernelWidth - 1) - 1) \ strideWidth + 1;
    var depth = channels \ groups;

    signal input in[channels][height][width];
    signal output out[filters][outHeight][outWidth];

    for (var f = 0; f < filters; f++) {
        var first = (f \ (filters \ groups)) * depth;
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                var sum = bias[f];
                for (var c = 0; c < depth; c++) {
                    for (var i = 0; i < kernelHeight; i++) {
                        for (var j = 0; j < kernelWidth; j++) {
                            var row = y * strideHeight + i * dilationHeight - padTop;
                            var column = x * strideWidth + j * dilationWidth - padLeft;
                            if (0 <= row && row < height && 0 <= column && column < width) {
                                sum += weights[f][c][i][j] * in[first + c][row][column];
                            }
                        }
                    }
                }
                out[f][y][x] <== sum;
            }
        }
    }
}
