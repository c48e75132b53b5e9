pragma circom 2.1.0;

include "../arith/max.circom";

// Maximum over windows; positions outside the input are left out.
//
//   out[c][y][x] = max over i, j of in[c][y * strideHeight + i - padTop][x * strideWidth + j - padLeft]
//
// Parameters
//   channels, height, width      shape of the input
//   kernelHeight, kernelWidth    shape of the window
//   strideHeight, strideWidth    at least 1
//   padTop, padLeft, padBottom, padRight    less than the window
//   n                            bits of the difference of two values as a signed integer, 1 <= n <= 253
// Inputs
//   in[channels][height][width]  differences within a window in [-2^(n-1), 2^(n-1))
// Outputs
//   out[channels][outHeight][outWidth]
// Ensures
//   The ranges of the differences that are compared.
// Constraints
//   for each window with m values inside the input (m - 1) * (n + 1) quadratic + 2 * (m - 1) linear
// Source
//   ONNX operators MaxPool and GlobalMaxPool, whose window is the whole input.
template MaxPool2D(
    channels, height, width, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, padBottom, padRight, n
) {
    assert(1 <= strideHeight && 1 <= strideWidth);
    assert(padTop < kernelHeight && padBottom < kernelHeight && padLeft < kernelWidth && padRight < kernelWidth);
    var outHeight = (height + padTop + padBottom - kernelHeight) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - kernelWidth) \ strideWidth + 1;
    signal input in[channels][height][width];
    signal output out[channels][outHeight][outWidth];

    // best[c][y][x][k] is the largest of the first k + 1 values of the window.
    signal best[channels][outHeight][outWidth][kernelHeight * kernelWidth];
    component larger[channels][outHeight][outWidth][kernelHeight * kernelWidth];
    for (var c = 0; c < channels; c++) {
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                var k = 0;
                for (var i = 0; i < kernelHeight; i++) {
                    for (var j = 0; j < kernelWidth; j++) {
                        var row = y * strideHeight + i - padTop;
                        var column = x * strideWidth + j - padLeft;
                        if (0 <= row && row < height && 0 <= column && column < width) {
                            if (k == 0) {
                                best[c][y][x][0] <== in[c][row][column];
                            } else {
                                larger[c][y][x][k] = Max(n);
                                larger[c][y][x][k].in[0] <== best[c][y][x][k - 1];
                                larger[c][y][x][k].in[1] <== in[c][row][column];
                                best[c][y][x][k] <== larger[c][y][x][k].out;
                            }
                            k++;
                        }
                    }
                }
                out[c][y][x] <== best[c][y][x][k - 1];
                for (var unused = k; unused < kernelHeight * kernelWidth; unused++) {
                    best[c][y][x][unused] <== 0;
                }
            }
        }
    }
}
