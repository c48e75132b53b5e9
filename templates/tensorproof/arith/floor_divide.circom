pragma circom 2.1.0;

include "range.circom";
include "to_bits.circom";

// Returns the least w with 2^(w-1) * d >= 2^(n-1): the bits of the quotient by d of a signed integer of n bits.
function quotientBits(n, d) {
    var w = 1;
    while (2 ** (w - 1) * d < 2 ** (n - 1)) {
        w++;
    }
    return w;
}

// Signed division by a constant, with remainder, of a value that is moved by a constant: an offset of zero rounds to
// -infinity, one of d \ 2 to nearest. With d = 10^m it is the rescale that drops m decimal digits.
//
//   in + offset = out * d + remainder,    0 <= remainder < d
//
// Parameters
//   n            bits of in + offset as a signed integer, 1 <= n <= 250
//   d            divisor, 1 < d < 2^250; for powers of two, Rescale takes one linear constraint less
//   offset       integer
// Inputs
//   in           [-2^(n-1) - offset, 2^(n-1) - offset), and what else has a quotient of w bits:
//                [-2^(w-1) * d - offset, 2^(w-1) * d - offset), where w is quotientBits(n, d)
// Outputs
//   out          [-2^(w-1), 2^(w-1))
//   remainder    [0, d)
// Ensures
//   All ranges. out * d + remainder is below 2^251 in absolute value, so that it is in + offset as an integer.
// Constraints
//   with 2^a <= d < 2^(a+1), w + a + 1 quadratic + 4 linear; one less of each when d = 2^a, and one linear less when a = 1
// Source
//   Euclidean division with quotient and remainder bounded by constraints.
template FloorDivide(n, d, offset) {
    assert(1 <= n && n <= 250 && 1 < d && d < 2 ** 250);
    signal input in;
    signal output out;
    signal output remainder;

    var w = quotientBits(n, d);
    // Moved by a multiple of the divisor, the dividend is not negative, and its remainder stays the same.
    out <-- (in + offset + 2 ** (w - 1) * d) \ d - 2 ** (w - 1);
    remainder <== in + offset - out * d;
    component quotient = ToBits(w, 2 ** (w - 1));
    quotient.in <== out;
    component rest = Range(0, d - 1);
    rest.in <== remainder;
}
