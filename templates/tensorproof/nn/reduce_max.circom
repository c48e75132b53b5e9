pragma circom 2.1.0;

include "../arith/max.circom";

// Maxima along an axis.
//
//   out[i][j] = max over l of in[i][l][j]
//
// Parameters
//   outer, length, inner    shape of the input, length at least 2
//   n                       bits of the difference of two values as a signed integer, 1 <= n <= 253
// Inputs
//   in[outer][length][inner]    differences along the axis in [-2^(n-1), 2^(n-1))
// Outputs
//   out[outer][inner]
// Ensures
//   The ranges of the differences that are compared.
// Constraints
//   outer * inner * (length - 1) * (n + 1) quadratic + 2 * outer * inner * (length - 1) linear
// Source
//   ONNX operator ReduceMax.
template ReduceMax(outer, length, inner, n) {
    assert(1 <= outer && 2 <= length && 1 <= inner);
    signal input in[outer][length][inner];
    signal output out[outer][inner];

    component larger[outer][length - 1][inner];
    for (var i = 0; i < outer; i++) {
        for (var j = 0; j < inner; j++) {
            for (var l = 0; l < length - 1; l++) {
                larger[i][l][j] = Max(n);
                larger[i][l][j].in[0] <== l == 0 ? in[i][0][j] : larger[i][l - 1][j].out;
                larger[i][l][j].in[1] <== in[i][l + 1][j];
            }
            out[i][j] <== larger[i][length - 2][j].out;
        }
    }
}
