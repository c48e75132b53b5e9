pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Rectifier with a slope below zero that is a signal.
//
//   out = one * in if in >= 0, else slope * in
//
// Parameters
//   n            bits of in as a signed integer, 1 <= n <= 253
//   one          integer: the scale of the slope
// Inputs
//   in           [-2^(n-1), 2^(n-1))
//   slope
// Outputs
//   out          its scale is that of in times one
// Requires
//   slope is known to be an integer so small that products with it stay far below p.
// Ensures
//   The range of in.
// Constraints
//   n + 2 quadratic + 1 linear
// Source
//   ONNX operator PRelu; He et al. 2015 (arXiv:1502.01852).
template PRelu(n, one) {
    signal input in;
    signal input slope;
    signal output out;

    component bits = ToBits(n, 2 ** (n - 1));
    bits.in <== in;
    signal positive <== bits.out[n - 1] * in;
    // allow(W0012): the slope is a number, and mixes on purpose.
    out <== one * positive + slope * (in - positive);
}
