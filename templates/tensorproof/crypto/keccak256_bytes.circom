pragma circom 2.1.0;

include "../arith/to_bits.circom";
include "keccak256_message.circom";

// Keccak-256, Ethereum's hash, of bytes.
//
// Parameters
//   n            bytes of the message, 0 <= n < 2^61
// Inputs
//   in[n]        [0, 256)
// Outputs
//   out[32]      bytes of the digest
// Ensures
//   The range of the bytes, and the digest.
// Constraints
//   8 * n + Keccak256Message(8 * n) quadratic, n + 32 + Keccak256Message(8 * n) linear
// Source
//   Bertoni et al. 2011, The Keccak reference.
template Keccak256Bytes(n) {
    signal input in[n];
    signal output out[32];

    component bits[n];
    component message = Keccak256Message(8 * n);
    for (var i = 0; i < n; i++) {
        bits[i] = ToBits(8, 0);
        bits[i].in <== in[i];
        for (var k = 0; k < 8; k++) {
            message.in[8 * i + k] <== bits[i].out[k];
        }
    }
    for (var i = 0; i < 32; i++) {
        var byte = 0;
        for (var k = 0; k < 8; k++) {
            byte += message.out[8 * i + k] * 2 ** k;
        }
        out[i] <== byte;
    }
}
