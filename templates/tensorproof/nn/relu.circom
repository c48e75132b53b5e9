pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Rectifier.
//
//   out = max(in, 0)
//
// Parameters
//   n            bits of the signed input, 1 <= n <= 253
// Inputs
//   in           [-2^(n-1), 2^(n-1))
// Outputs
//   out          [0, 2^(n-1))
// Ensures
//   Both ranges. The input range is proved here, not assumed.
// Constraints
//   n + 1 quadratic + 1 linear
// Source
//   ONNX operator Relu.
template Relu(n) {
    signal input in;
    signal output out;

    component bits = ToBits(n, 2 ** (n - 1));
    bits.in <== in;
    out <== bits.out[n - 1] * in;
}
