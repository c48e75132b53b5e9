pragma circom 2.1.0;

include "to_bits.circom";

// Range check of a signed integer.
//
//   -2^(n-1) <= in < 2^(n-1)
//
// Parameters
//   n            bits of the signed input, 1 <= n <= 253
// Inputs
//   in           [-2^(n-1), 2^(n-1))
// Ensures
//   The range.
// Constraints
//   n quadratic + 1 linear
// Source
//   Two's complement: in + 2^(n-1) has n bits.
template SignedRange(n) {
    assert(1 <= n && n <= 253);
    signal input in;

    component bits = ToBits(n, 2 ** (n - 1));
    bits.in <== in;
}
