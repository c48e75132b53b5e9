pragma circom 2.1.0;

include "../arith/range.circom";
include "../arith/to_bits.circom";

// Saturation at constants: Relu6 is Clip(n, 0, 6 * scale).
//
//   out = max(low, min(in, high))
//
// Parameters
//   n            bits of the excess in - out as a signed integer, 1 <= n <= 250
//   low, high    integers, low < high, both below 2^250 in absolute value
// Inputs
//   in           [low - 2^(n-1), high + 2^(n-1))
// Outputs
//   out          [low, high]
// Ensures
//   Both ranges.
// Constraints
//   with 2^a <= high - low + 1 < 2^(a+1), n + a + 2 quadratic + 4 linear; one less of each when high - low + 1 = 2^a
// Source
//   ONNX operator Clip. What is not zero of the excess is above high or below low, by its sign bit.
template Clip(n, low, high) {
    assert(1 <= n && n <= 250 && low < high);
    assert(-(2 ** 250) < low && high < 2 ** 250);
    signal input in;
    signal output out;

    out <-- in < low ? low : (in > high ? high : in);
    component range = Range(low, high);
    range.in <== out;
    component excess = ToBits(n, 2 ** (n - 1));
    // allow(W0011): in is the sum of the bits and out, both in range.
    excess.in <== in - out;
    (in - out) * (low + excess.out[n - 1] * (high - low) - out) === 0;
}
