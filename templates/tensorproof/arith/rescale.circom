pragma circom 2.1.0;

include "to_bits.circom";

// Fixed-point rescale: signed division by a power of two, rounding to nearest.
//
//   out = floor((in + 2^(k-1)) / 2^k)
//
// Parameters
//   n            bits of in + 2^(k-1) as a signed integer, k < n <= 253
//   k            bits to drop, 1 <= k
// Inputs
//   in           [-2^(n-1) - 2^(k-1), 2^(n-1) - 2^(k-1))
// Outputs
//   out          [-2^(n-1-k), 2^(n-1-k))
// Ensures
//   Both ranges. The input range is proved here, not assumed.
// Constraints
//   n quadratic + 2 linear
// Source
//   Rescale step of integer-only inference, Jacob et al. 2018 (arXiv:1712.05877).
template Rescale(n, k) {
    assert(1 <= k && k < n && n <= 253);
    signal input in;
    signal output out;

    // Shifting by 2^(n-1) makes the value non-negative, so its top n-k bits are the quotient.
    component bits = ToBits(n, 2 ** (k - 1) + 2 ** (n - 1));
    bits.in <== in;

    var quotient = 0;
    for (var i = k; i < n; i++) {
        quotient += bits.out[i] * 2 ** (i - k);
    }
    out <== quotient - 2 ** (n - 1 - k);
}
