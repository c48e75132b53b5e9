pragma circom 2.1.0;

include "to_bits.circom";

// Quotient of a constant and a value, rounded down.
//
//   out = floor(numerator / in)
//
// Parameters
//   numerator    integer, 1 <= numerator < 2^252
//   n            bits of in, 1 <= n
//   m            bits of out, 1 <= m, n + m <= 252
// Inputs
//   in           [1, 2^n), and numerator / in below 2^m
// Outputs
//   out          [0, 2^m)
// Ensures
//   in is at least 1, below 2^(n+1), and out is the quotient. Not every value from 2^n on is refused.
// Constraints
//   2 * n + m + 1 quadratic + 4 linear
// Source
//   Division with remainder, numerator = out * in + remainder with 0 <= remainder < in.
template Reciprocal(numerator, n, m) {
    assert(1 <= numerator && numerator < 2 ** 252);
    assert(1 <= n && 1 <= m && n + m <= 252);
    signal input in;
    signal output out;

    signal remainder;
    out <-- in != 0 ? numerator \ in : 0;
    remainder <-- in != 0 ? numerator % in : 0;
    out * in === numerator - remainder;
    // Both are below 2^n, so in is below 2^(n+1), and the product below 2^253 does not wrap around.
    component least = ToBits(n, 0);
    least.in <== remainder;
    component most = ToBits(n, 0);
    most.in <== in - 1 - remainder;
    component quotient = ToBits(m, 0);
    quotient.in <== out;
}
