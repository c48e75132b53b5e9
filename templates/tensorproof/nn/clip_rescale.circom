pragma circom 2.1.0;

include "../arith/range.circom";
include "../arith/to_bits.circom";

// Fixed-point rescale and saturation at constants in one decomposition, rounding to nearest.
//
//   out = max(low, min(floor((in + 2^(k-1)) / 2^k), high))
//
// Parameters
//   n            bits of the excess in + 2^(k-1) - out * 2^k as a signed integer, k < n <= 250
//   k            bits to drop, 1 <= k
//   low, high    integers, low < high, both below 2^(250-k) in absolute value
// Inputs
//   in           [low * 2^k - 2^(n-1) - 2^(k-1), high * 2^k + 2^(n-1) - 2^(k-1))
// Outputs
//   out          [low, high]
// Ensures
//   Both ranges.
// Constraints
//   with 2^a <= high - low + 1 < 2^(a+1), n + a + 2 quadratic + 4 linear; one less of each when high - low + 1 = 2^a
// Source
//   ONNX operator Clip; rescale of Jacob et al. 2018 (arXiv:1712.05877). The upper bits of the excess are what the
//   quotient exceeds out by.
template ClipRescale(n, k, low, high) {
    assert(1 <= k && k < n && n <= 250 && low < high);
    assert(-(2 ** (250 - k)) < low && high < 2 ** (250 - k));
    signal input in;
    signal output out;

    // Moved by a multiple of the divisor, the dividend is not negative.
    var moved = (in + 2 ** (k - 1) + 2 ** (n - 1) - low * 2 ** k) >> k;
    var quotient = moved - 2 ** (n - 1 - k) + low;
    out <-- quotient < low ? low : (quotient > high ? high : quotient);
    component range = Range(low, high);
    range.in <== out;
    component bits = ToBits(n, 2 ** (k - 1) + 2 ** (n - 1));
    // allow(W0011): in is the sum of the bits and out * 2^k, both in range.
    bits.in <== in - out * 2 ** k;
    var excess = -(2 ** (n - 1 - k));
    for (var i = k; i < n; i++) {
        excess += bits.out[i] * 2 ** (i - k);
    }
    // allow(W0010): without an excess the quotient is out.
    excess * (low + bits.out[n - 1] * (high - low) - out) === 0;
}
