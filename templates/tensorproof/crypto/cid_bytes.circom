pragma circom 2.1.0;

include "sha256_bytes.circom";

// Canonical bytes of a content identifier in IPFS: version 1, codec raw, SHA-256.
//
// Parameters
//   size         bytes of the file, which IPFS holds as one block, 0 <= size < 2^61
// Inputs
//   in[size]     [0, 256)
// Outputs
//   out[36]      1, 0x55, 0x12, 32 and the digest; in text, "b" and the base 32 of these
// Ensures
//   The range of the bytes, which may be used as a model's input elsewhere, and the identifier.
// Constraints
//   Sha256Bytes(size)
// Source
//   The multiformats' CID specification.
template CidBytes(size) {
    signal input in[size];
    signal output out[36];

    component digest = Sha256Bytes(size);
    for (var i = 0; i < size; i++) {
        digest.in[i] <== in[i];
    }
    var prefix[4] = [1, 0x55, 0x12, 32];
    for (var i = 0; i < 4; i++) {
        out[i] <== prefix[i];
    }
    for (var i = 0; i < 32; i++) {
        out[4 + i] <== digest.out[i];
    }
}
