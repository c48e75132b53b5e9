pragma circom 2.1.0;

// Fully connected layer with parameters as signals.
//
//   out[u] = bias[u] + sum of weights[u][i] * in[i]
//
// Parameters
//   inputs, units    at least 1
// Inputs
//   in[inputs]
//   weights[units][inputs]
//   bias[units]
// Outputs
//   out[units]
// Requires
//   Nothing; the sums are exact modulo p. Who reads them as integers checks their range.
// Constraints
//   units * inputs quadratic + 0 linear
// Source
//   ONNX operator Gemm.
template Dense(inputs, units) {
    assert(1 <= inputs && 1 <= units);
    signal input in[inputs];
    signal input weights[units][inputs];
    signal input bias[units];
    signal output out[units];

    signal sum[units][inputs];
    for (var u = 0; u < units; u++) {
        sum[u][0] <== weights[u][0] * in[0] + bias[u];
        for (var i = 1; i < inputs; i++) {
            sum[u][i] <== weights[u][i] * in[i] + sum[u][i - 1];
        }
        out[u] <== sum[u][inputs - 1];
    }
}
