pragma circom 2.1.0;

// Fully connected layer with constant parameters.
//
//   out[u] = bias[u] + sum of weights[u][i] * in[i]
//
// Parameters
//   inputs, units            at least 1
//   weights[units][inputs]   integers
//   bias[units]              integers
// Inputs
//   in[inputs]
// Outputs
//   out[units]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   0 quadratic + units linear
// Source
//   ONNX operator Gemm.
template DenseFixed(inputs, units, weights, bias) {
    assert(1 <= inputs && 1 <= units);
    signal input in[inputs];
    signal output out[units];

    for (var u = 0; u < units; u++) {
        var sum = bias[u];
        for (var i = 0; i < inputs; i++) {
            sum += weights[u][i] * in[i];
        }
        out[u] <== sum;
    }
}
