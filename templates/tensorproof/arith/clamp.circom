pragma circom 2.1.0;

include "is_zero.circom";
include "to_bits.circom";

// Saturation of a value to fewer bits.
//
//   out = max(-2^(m-1), min(in, 2^(m-1) - 1))
//
// Parameters
//   n            bits of in as a signed integer, m < n <= 253
//   m            bits of out as a signed integer, 1 <= m
// Inputs
//   in           [-2^(n-1), 2^(n-1))
// Outputs
//   out          [-2^(m-1), 2^(m-1))
// Ensures
//   Both ranges.
// Constraints
//   n + 5 quadratic + 1 linear
// Source
//   Saturating arithmetic of two's complement: a value fits m bits if its upper n - m + 1 bits are equal.
template Clamp(n, m) {
    assert(1 <= m && m < n && n <= 253);
    signal input in;
    signal output out;

    component bits = ToBits(n, 2 ** (n - 1));
    bits.in <== in;
    // The top bit is one where the value is not negative; the bits below it are then those of the value.
    var sign = bits.out[n - 1];
    var ones = 0;
    for (var i = m - 1; i < n - 1; i++) {
        ones += bits.out[i];
    }
    // The number of upper bits that differ from what a value of m bits has.
    component fits = IsZero();
    fits.in <== n - m - ones + sign * (2 * ones - (n - m));
    var bound = sign * (2 ** m - 1) - 2 ** (m - 1);
    out <== bound + fits.out * (in - bound);
}
