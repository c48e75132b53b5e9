pragma circom 2.1.0;

include "to_bits.circom";

// The smaller of two values.
//
//   out = min(in[0], in[1])
//
// Parameters
//   n            bits of in[0] - in[1] as a signed integer, 1 <= n <= 253
// Inputs
//   in[2]        in[0] - in[1] in [-2^(n-1), 2^(n-1))
// Outputs
//   out          one of the inputs
// Ensures
//   The range of the difference, and so the order of inputs that are known to be integers far below p.
// Constraints
//   n + 1 quadratic + 2 linear
// Source
//   Comparison by the sign bit of the difference, Jacob et al. 2018 (arXiv:1712.05877).
template Min(n) {
    signal input in[2];
    signal output out;

    component difference = ToBits(n, 2 ** (n - 1));
    difference.in <== in[0] - in[1];
    out <== in[0] + difference.out[n - 1] * (in[1] - in[0]);
}
