pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Rectifier and fixed-point rescale in one decomposition, rounding to nearest.
//
//   out = max(floor((in + 2^(k-1)) / 2^k), 0)
//
// Parameters
//   n            bits of in + 2^(k-1) as a signed integer, k + 1 < n <= 253
//   k            bits to drop, 1 <= k
// Inputs
//   in           [-2^(n-1) - 2^(k-1), 2^(n-1) - 2^(k-1))
// Outputs
//   out          [0, 2^(n-1-k))
// Ensures
//   Both ranges. The input range is proved here, not assumed.
// Constraints
//   n + 1 quadratic + 1 linear
// Source
//   ONNX operator Relu; rescale of Jacob et al. 2018 (arXiv:1712.05877).
template ReluRescale(n, k) {
    assert(1 <= k && k + 1 < n && n <= 253);
    signal input in;
    signal output out;

    // The top bit says that the shifted value, and so its quotient, is not negative.
    component bits = ToBits(n, 2 ** (k - 1) + 2 ** (n - 1));
    bits.in <== in;

    var quotient = 0;
    for (var i = k; i < n - 1; i++) {
        quotient += bits.out[i] * 2 ** (i - k);
    }
    out <== bits.out[n - 1] * quotient;
}
