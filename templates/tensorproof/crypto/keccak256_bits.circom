pragma circom 2.1.0;

include "keccak256_message.circom";

// Keccak-256, Ethereum's hash, of bits.
//
// Parameters
//   n            bits of the message, 0 <= n < 2^64
// Inputs
//   in[n]        bits, that of each byte with the lowest weight first
// Outputs
//   out[256]     bits of the digest in the same order
// Ensures
//   That in are bits, and the digest.
// Constraints
//   n + Keccak256Message(n) quadratic
// Source
//   Bertoni et al. 2011, The Keccak reference.
template Keccak256Bits(n) {
    signal input in[n];
    signal output out[256];

    component message = Keccak256Message(n);
    for (var i = 0; i < n; i++) {
        in[i] * (in[i] - 1) === 0;
        message.in[i] <== in[i];
    }
    for (var i = 0; i < 256; i++) {
        out[i] <== message.out[i];
    }
}
