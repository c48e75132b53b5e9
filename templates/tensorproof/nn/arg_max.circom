pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Index of the largest value, the first one on ties.
//
//   out = the least i with in[i] = max(in)
//
// Parameters
//   size         number of values, at least 2
//   n            bits of the difference of two values as a signed integer, 1 <= n <= 253
// Inputs
//   in[size]     differences in [-2^(n-1), 2^(n-1))
// Outputs
//   out          [0, size)
// Ensures
//   The ranges of the differences that are compared, and that out is the index.
// Constraints
//   (size - 1) * (n + 2) - 2 quadratic + 2 * size - 1 linear
// Source
//   ONNX operator ArgMax with select_last_index = 0.
template ArgMax(size, n) {
    assert(2 <= size);
    signal input in[size];
    signal output out;

    // best[i] and index[i] are those of the first i + 1 values.
    signal best[size - 1];
    signal index[size];
    component difference[size];
    best[0] <== in[0];
    index[0] <== 0;
    for (var i = 1; i < size; i++) {
        // The sign bit says that the best so far is not less than in[i].
        difference[i] = ToBits(n, 2 ** (n - 1));
        difference[i].in <== best[i - 1] - in[i];
        index[i] <== i + difference[i].out[n - 1] * (index[i - 1] - i);
        if (i < size - 1) {
            best[i] <== in[i] + difference[i].out[n - 1] * (best[i - 1] - in[i]);
        }
    }
    out <== index[size - 1];
}
