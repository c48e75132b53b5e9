pragma circom 2.1.0;

include "to_bits.circom";

// Comparison of two values.
//
//   out = 1 if in[0] < in[1], else 0
//
// in[0] <= in[1] is 1 - out with the inputs exchanged.
//
// Parameters
//   n            bits of in[0] - in[1] as a signed integer, 1 <= n <= 253; m + 1 for inputs of m bits
// Inputs
//   in[2]        in[0] - in[1] in [-2^(n-1), 2^(n-1))
// Outputs
//   out          a bit
// Ensures
//   The range of the difference, and so the order of inputs that are known to be integers far below p.
// Constraints
//   n quadratic + 2 linear
// Source
//   Comparison by the sign bit of the difference, Jacob et al. 2018 (arXiv:1712.05877).
template IsLess(n) {
    signal input in[2];
    signal output out;

    // The sign bit of in[1] - in[0] - 1.
    component difference = ToBits(n, 2 ** (n - 1) - 1);
    difference.in <== in[1] - in[0];
    out <== difference.out[n - 1];
}
