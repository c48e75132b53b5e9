pragma circom 2.1.0;

include "baby_ecdh.circom";
include "baby_public_key.circom";
include "encrypt_poseidon.circom";
include "pack.circom";

// Encryption of bounded integers, packed, for the owner of a public key.
//
//   (out, tag) = EncryptPoseidon(secret * publicKey, nonce, (form, Pack(in))), sender = secret * Base8
//
// The receiver decrypts with the same shared secret, made of the own secret and sender, and compares the form with the one that
// it reads the values by.
//
// Parameters
//   size         number of values, at least 1
//   n            bits of a value, 1 <= n <= 253
//   offset       integer that makes the values non-negative: 2^(n-1) for signed integers of n bits
//   form         what the values are meant to be, 0 <= form < 2^248: a hash of shape, scale, offset, n and so on
// Inputs
//   in[size]     [-offset, 2^n - offset)
//   secret       the sender's private key, [1, l - 5], l = 2736030358979909402780800718157159386076813972158567259200215660948447373041
//   publicKey[2] the receiver's, x and y
//   nonce        [0, 2^128)
// Outputs
//   out[1 + ceil(size / floor(253 / n))]  the ciphertext
//   tag
//   sender[2]    the sender's public key
// Requires
//   That secret and nonce are not used together for this receiver again.
// Ensures
//   All ranges, that publicKey is on the curve and of order l, and all outputs.
// Constraints
//   2808 + Pack(size, n, offset) + EncryptPoseidon(17, 1 + elements) quadratic: for n = 16, 16 + 38.25 / 15 per value
// Source
//   Khovratovich 2019, Encryption with Poseidon; EIP-2494.
template EncryptFor(size, n, offset, form) {
    assert(1 <= size && 1 <= n && n <= 253);
    assert(0 <= form && form < 2 ** 248);
    var elements = (size + 253 \ n - 1) \ (253 \ n);
    signal input in[size];
    signal input secret;
    signal input publicKey[2];
    signal input nonce;
    signal output out[1 + elements];
    signal output tag;
    signal output sender[2];

    component own = BabyPublicKey();
    component shared = BabyEcdh();
    component packed = Pack(size, n, offset);
    component encryption = EncryptPoseidon(17, 1 + elements);
    own.secret <== secret;
    shared.secret <== secret;
    for (var i = 0; i < 2; i++) {
        shared.publicKey[i] <== publicKey[i];
        sender[i] <== own.out[i];
    }
    for (var i = 0; i < 2; i++) {
        encryption.key[i] <== shared.out[i];
    }
    for (var i = 0; i < size; i++) {
        packed.in[i] <== in[i];
    }
    encryption.nonce <== nonce;
    encryption.in[0] <== form;
    for (var e = 0; e < elements; e++) {
        encryption.in[1 + e] <== packed.out[e];
    }
    for (var e = 0; e <= elements; e++) {
        out[e] <== encryption.out[e];
    }
    tag <== encryption.tag;
}
