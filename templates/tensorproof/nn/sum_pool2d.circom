pragma circom 2.1.0;

// Sum over windows: an average whose scale has grown by the size of the window.
//
//   out[c][y][x] = sum over i, j of in[c][y * strideHeight + i - padTop][x * strideWidth + j - padLeft]
//
// where values outside the input are zero.
//
// Parameters
//   channels, height, width      shape of the input
//   kernelHeight, kernelWidth    shape of the window
//   strideHeight, strideWidth    at least 1
//   padTop, padLeft, padBottom, padRight    zeros around the input
// Inputs
//   in[channels][height][width]
// Outputs
//   out[channels][outHeight][outWidth]
// Requires
//   Nothing; the sums are exact modulo p.
// Constraints
//   0 quadratic + 1 linear for each window with more than one value inside the input: without padding
//   channels * outHeight * outWidth
// Source
//   ONNX operators AveragePool (count_include_pad = 1) and GlobalAveragePool.
template SumPool2D(
    channels, height, width, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, padBottom, padRight
) {
    assert(1 <= strideHeight && 1 <= strideWidth);
    var outHeight = (height + padTop + padBottom - kernelHeight) \ strideHeight + 1;
    var outWidth = (width + padLeft + padRight - kernelWidth) \ strideWidth + 1;
    signal input in[channels][height][width];
    signal output out[channels][outHeight][outWidth];

    for (var c = 0; c < channels; c++) {
        for (var y = 0; y < outHeight; y++) {
            for (var x = 0; x < outWidth; x++) {
                var sum = 0;
                for (var i = 0; i < kernelHeight; i++) {
                    for (var j = 0; j < kernelWidth; j++) {
                        var row = y * strideHeight + i - padTop;
                        var column = x * strideWidth + j - padLeft;
                        if (0 <= row && row < height && 0 <= column && column < width) {
                            sum += in[c][row][column];
                        }
                    }
                }
                out[c][y][x] <== sum;
            }
        }
    }
}
