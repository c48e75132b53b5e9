pragma circom 2.1.0;

include "sha256_compression.circom";

// SHA-256 of bits that were checked elsewhere.
//
// Parameters
//   n            bits of the message, 0 <= n < 2^64
// Inputs
//   in[n]        bits in the standard's order
// Outputs
//   out[256]     bits of the digest in the standard's order
// Requires
//   That in are bits; other values may have several digests.
// Ensures
//   The digest.
// Constraints
//   17510 * k + 12682 quadratic + 364 * k + 272 linear for n = 512 * k; at most 17510 + 364 for each of the
//   floor((n + 64) / 512) + 1 blocks
// Source
//   FIPS 180-4, sections 5.1.1 and 6.2.
template Sha256Message(n) {
    assert(0 <= n && n < 2 ** 64);
    signal input in[n];
    signal output out[256];

    var blocks = (n + 64) \ 512 + 1;
    component block[blocks];
    for (var b = 0; b < blocks; b++) {
        var used = n - 512 * b;
        var one = 1;
        if (used >= 512) {
            used = 512;
            one = 0;
        } else if (used < 0) {
            used = 0;
            one = 0;
        }
        block[b] = Sha256Compression(b == 0 ? 1 : 0, used, one, b == blocks - 1 ? n : 0);
        for (var i = 0; i < 512; i++) {
            if (i < used) {
                block[b].in[i] <== in[512 * b + i];
            } else {
                block[b].in[i] <== 0;
            }
        }
        for (var i = 0; i < 256; i++) {
            if (b > 0) {
                block[b].state[i \ 32][i % 32] <== block[b - 1].out[i \ 32][i % 32];
            } else {
                block[b].state[i \ 32][i % 32] <== 0;
            }
        }
    }
    for (var i = 0; i < 256; i++) {
        out[i] <== block[blocks - 1].out[i \ 32][31 - i % 32];
    }
}
