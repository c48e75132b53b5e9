pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Rectifier with a constant slope below zero.
//
//   out = one * in if in >= 0, else slope * in
//
// Parameters
//   n            bits of in as a signed integer, 1 <= n <= 200
//   one, slope   integers, |one|, |slope| < 2^50: their quotient is the slope, as 10 and 1 for a tenth
// Inputs
//   in           [-2^(n-1), 2^(n-1))
// Outputs
//   out          its scale is that of in times one
// Ensures
//   The range of in.
// Constraints
//   n + 1 quadratic + 1 linear
// Source
//   ONNX operator LeakyRelu.
template LeakyRelu(n, one, slope) {
    assert(n <= 200 && -(2 ** 50) < one && one < 2 ** 50 && -(2 ** 50) < slope && slope < 2 ** 50);
    signal input in;
    signal output out;

    component bits = ToBits(n, 2 ** (n - 1));
    bits.in <== in;
    out <== slope * in + (one - slope) * bits.out[n - 1] * in;
}
