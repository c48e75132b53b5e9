pragma circom 2.1.0;

// Choice between two vectors by a bit.
//
//   out[i] = in[condition][i]
//
// Parameters
//   size         number of values, at least 1
// Inputs
//   in[2][size]
//   condition    a bit
// Outputs
//   out[size]
// Requires
//   condition is a bit. Another value gives a mixture of the two vectors.
// Constraints
//   size quadratic + 0 linear
// Source
//   ONNX operator Where.
template Select(size) {
    assert(1 <= size);
    signal input in[2][size];
    signal input condition;
    signal output out[size];

    for (var i = 0; i < size; i++) {
        out[i] <== in[0][i] + condition * (in[1][i] - in[0][i]);
    }
}
