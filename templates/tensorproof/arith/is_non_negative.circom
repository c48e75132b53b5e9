pragma circom 2.1.0;

include "to_bits.circom";

// Sign of a value.
//
//   out = 1 if in >= 0, else 0
//
// Parameters
//   n            bits of in as a signed integer, 1 <= n <= 253
// Inputs
//   in           [-2^(n-1), 2^(n-1))
// Outputs
//   out          a bit
// Ensures
//   The range.
// Constraints
//   n quadratic + 1 linear
// Source
//   Comparison by the sign bit, Jacob et al. 2018 (arXiv:1712.05877).
template IsNonNegative(n) {
    signal input in;
    signal output out;

    component bits = ToBits(n, 2 ** (n - 1));
    bits.in <== in;
    out <== bits.out[n - 1];
}
