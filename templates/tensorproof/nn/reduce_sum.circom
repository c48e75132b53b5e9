pragma circom 2.1.0;

// Sums along an axis.
//
//   out[i][j] = sum over l of in[i][l][j]
//
// Parameters
//   outer, length, inner    shape of the input, length at least 2
// Inputs
//   in[outer][length][inner]
// Outputs
//   out[outer][inner]
// Requires
//   Nothing; the sums are exact modulo p.
// Constraints
//   0 quadratic + outer * inner linear
// Source
//   ONNX operators ReduceSum and ReduceMean, whose scale has grown by length.
template ReduceSum(outer, length, inner) {
    assert(1 <= outer && 2 <= length && 1 <= inner);
    signal input in[outer][length][inner];
    signal output out[outer][inner];

    for (var i = 0; i < outer; i++) {
        for (var j = 0; j < inner; j++) {
            var sum = 0;
            for (var l = 0; l < length; l++) {
                sum += in[i][l][j];
            }
            out[i][j] <== sum;
        }
    }
}
