pragma circom 2.1.0;

include "sha256_message.circom";

// SHA-256 of bits.
//
// Parameters
//   n            bits of the message, 0 <= n < 2^64
// Inputs
//   in[n]        bits in the standard's order
// Outputs
//   out[256]     bits of the digest in the standard's order
// Ensures
//   That in are bits, and the digest.
// Constraints
//   n + Sha256Message(n) quadratic
// Source
//   FIPS 180-4.
template Sha256Bits(n) {
    signal input in[n];
    signal output out[256];

    component message = Sha256Message(n);
    for (var i = 0; i < n; i++) {
        in[i] * (in[i] - 1) === 0;
        message.in[i] <== in[i];
    }
    for (var i = 0; i < 256; i++) {
        out[i] <== message.out[i];
    }
}
