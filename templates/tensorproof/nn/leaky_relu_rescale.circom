pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Fixed-point rescale and rectifier with a constant slope below zero in one decomposition, rounding to nearest.
//
//   q = floor((in + 2^(k-1)) / 2^k)
//   out = one * q if q >= 0, else slope * q
//
// Parameters
//   n            bits of in + 2^(k-1) as a signed integer, k < n <= 200
//   k            bits to drop, 1 <= k
//   one, slope   integers, |one|, |slope| < 2^50: their quotient is the slope, as 10 and 1 for a tenth
// Inputs
//   in           [-2^(n-1) - 2^(k-1), 2^(n-1) - 2^(k-1))
// Outputs
//   out          its scale is that of q times one
// Ensures
//   The range of in.
// Constraints
//   n + 1 quadratic + 1 linear
// Source
//   ONNX operator LeakyRelu; rescale of Jacob et al. 2018 (arXiv:1712.05877).
template LeakyReluRescale(n, k, one, slope) {
    assert(1 <= k && k < n && n <= 200);
    assert(-(2 ** 50) < one && one < 2 ** 50 && -(2 ** 50) < slope && slope < 2 ** 50);
    signal input in;
    signal output out;

    component bits = ToBits(n, 2 ** (k - 1) + 2 ** (n - 1));
    bits.in <== in;
    var quotient = -(2 ** (n - 1 - k));
    for (var i = k; i < n; i++) {
        quotient += bits.out[i] * 2 ** (i - k);
    }
    out <== slope * quotient + (one - slope) * bits.out[n - 1] * quotient;
}
