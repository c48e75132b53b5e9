pragma circom 2.1.0;

// Product of two matrices.
//
//   out[i][j] = sum of a[i][l] * b[l][j]
//
// Parameters
//   rows, inner, columns    at least 1
// Inputs
//   a[rows][inner]
//   b[inner][columns]
// Outputs
//   out[rows][columns]
// Requires
//   Nothing; the sums are exact modulo p.
// Constraints
//   rows * inner * columns quadratic + 0 linear
// Source
//   ONNX operator MatMul.
template MatMul(rows, inner, columns) {
    assert(1 <= rows && 1 <= inner && 1 <= columns);
    signal input a[rows][inner];
    signal input b[inner][columns];
    signal output out[rows][columns];

    signal sum[rows][columns][inner];
    for (var i = 0; i < rows; i++) {
        for (var j = 0; j < columns; j++) {
            sum[i][j][0] <== a[i][0] * b[0][j];
            for (var l = 1; l < inner; l++) {
                sum[i][j][l] <== a[i][l] * b[l][j] + sum[i][j][l - 1];
            }
            out[i][j] <== sum[i][j][inner - 1];
        }
    }
}
