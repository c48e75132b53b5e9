pragma circom 2.1.0;

include "sha256_bytes.circom";

// Content identifier of a file in IPFS: version 1, codec raw, SHA-256.
//
// The identifier's bytes are 1, 0x55, 0x12, 32 and the digest; its text is "b" and their base 32, the lowercase alphabet of
// RFC 4648 without padding.
//
// Parameters
//   size         bytes of the file, which IPFS holds as one block, 0 <= size < 2^61
// Inputs
//   in[size]     [0, 256)
// Outputs
//   out[2]       the digest's halves as integers, the first its first 16 bytes, the highest byte first
// Ensures
//   The range of the bytes, which may be used as a model's input elsewhere, and the digest.
// Constraints
//   Sha256Bytes(size) and 2 linear: 233466 quadratic + 5563 linear for 797 bytes
// Source
//   The multiformats' CID specification; the halves as ZKaggleV2 has them in public signals.
template Cid(size) {
    signal input in[size];
    signal output out[2];

    component digest = Sha256Bytes(size);
    for (var i = 0; i < size; i++) {
        digest.in[i] <== in[i];
    }
    for (var half = 0; half < 2; half++) {
        var value = 0;
        for (var i = 0; i < 16; i++) {
            value = 256 * value + digest.out[16 * half + i];
        }
        out[half] <== value;
    }
}
