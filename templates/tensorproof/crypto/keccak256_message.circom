pragma circom 2.1.0;

include "keccak_block.circom";

// Keccak-256, Ethereum's hash, of bits that were checked elsewhere.
//
// Parameters
//   n            bits of the message, 0 <= n < 2^64
// Inputs
//   in[n]        bits, that of each byte with the lowest weight first
// Outputs
//   out[256]     bits of the digest in the same order
// Requires
//   That in are bits; other values may have several digests.
// Ensures
//   The digest.
// Constraints
//   KeccakBlock for each of floor((n + 1089) / 1088) blocks: 91712 quadratic + 4 linear for n = 512
// Source
//   Bertoni et al. 2011, The Keccak reference; the padding 10*1 alone, without SHA-3's suffix.
template Keccak256Message(n) {
    assert(0 <= n && n < 2 ** 64);
    signal input in[n];
    signal output out[256];

    var blocks = (n + 1089) \ 1088;
    component block[blocks];
    for (var b = 0; b < blocks; b++) {
        var used = n - 1088 * b;
        var one = 1;
        if (used >= 1088) {
            used = 1088;
            one = 0;
        } else if (used < 0) {
            used = 0;
            one = 0;
        }
        block[b] = KeccakBlock(24, b == 0 ? 1 : 0, used, one, b == blocks - 1 ? 1 : 0);
        for (var i = 0; i < 1088; i++) {
            if (i < used) {
                block[b].in[i] <== in[1088 * b + i];
            } else {
                block[b].in[i] <== 0;
            }
        }
        for (var i = 0; i < 1600; i++) {
            if (b > 0) {
                block[b].state[i] <== block[b - 1].out[i];
            } else {
                block[b].state[i] <== 0;
            }
        }
    }
    for (var i = 0; i < 256; i++) {
        out[i] <== block[blocks - 1].out[i];
    }
}
