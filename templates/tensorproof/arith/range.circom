pragma circom 2.1.0;

include "to_bits.circom";

// Range check against constants.
//
//   low <= in <= high
//
// With 2^a <= high - low + 1 < 2^(a+1), each such value is low + rest + top * (high - low + 1 - 2^a) with a-bit rest and
// one bit top, and nothing else is. Where the two halves overlap there are two such pairs; nothing depends on which.
//
// Parameters
//   low, high    integers, low < high, high - low < 2^251
// Inputs
//   in           [low, high]
// Ensures
//   The range.
// Constraints
//   a + 1 quadratic + 2 linear; a quadratic + 1 linear when high - low + 1 = 2^a
// Source
//   A number of values between two powers of two, covered by two overlapping ranges.
template Range(low, high) {
    assert(low < high && high - low < 2 ** 251);
    signal input in;

    var count = high - low + 1;
    var a = 0;
    while (2 ** (a + 1) <= count) {
        a++;
    }
    signal top;
    if (count == 2 ** a) {
        top <== 0;
    } else {
        top <-- in - low >= 2 ** a;
        top * (top - 1) === 0;
    }
    component rest = ToBits(a, -low);
    rest.in <== in - top * (count - 2 ** a);
}
