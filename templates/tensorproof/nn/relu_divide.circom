pragma circom 2.1.0;

include "../arith/floor_divide.circom";
include "../arith/range.circom";
include "../arith/to_bits.circom";

// Rectifier and fixed-point rescale by a constant in one decomposition, rounding to nearest; d = 10^m drops m decimal
// digits.
//
//   out = max(floor((in + h) / d), 0),    h = floor(d / 2)
//
// Parameters
//   n            bits of in + h as a signed integer, 1 <= n <= 250
//   d            divisor, 1 < d < 2^(n-1); for a power of two, ReluRescale is the same
// Inputs
//   in           [-2^(n-1) - h, 2^(n-1) - h), and what else has a quotient of w bits: [-2^(w-1) * d - h, 2^(w-1) * d - h),
//                where w is quotientBits(n, d)
// Outputs
//   out          [0, 2^(w-1))
// Ensures
//   Both ranges. The quotient times d and the remainder are below 2^251 in absolute value together, so that their sum is
//   in + h as an integer.
// Constraints
//   with 2^a <= d < 2^(a+1), w + a + 2 quadratic + 4 linear; one less of each when d = 2^a, and one linear less when a = 1
// Source
//   ONNX operator Relu; rescale of Jacob et al. 2018 (arXiv:1712.05877).
template ReluDivide(n, d) {
    assert(1 <= n && n <= 250 && 1 < d && d < 2 ** (n - 1));
    signal input in;
    signal output out;

    var w = quotientBits(n, d);
    // Moved by a multiple of the divisor, the dividend is not negative, and its remainder stays the same.
    signal quotient;
    quotient <-- (in + d \ 2 + 2 ** (w - 1) * d) \ d - 2 ** (w - 1);
    component rest = Range(0, d - 1);
    rest.in <== in + d \ 2 - quotient * d;
    component bits = ToBits(w, 2 ** (w - 1));
    bits.in <== quotient;
    // The top bit says that the quotient is not negative.
    out <== bits.out[w - 1] * quotient;
}
