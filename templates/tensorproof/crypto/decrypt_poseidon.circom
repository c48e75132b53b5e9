pragma circom 2.1.0;

include "../arith/to_bits.circom";
include "poseidon_rounds.circom";

// Decryption of what EncryptPoseidon encrypts.
//
// Parameters
//   t            elements of the state, 4 <= t <= 17
//   size         elements of the message, 1 <= size < 2^64
// Inputs
//   key[2]       shared secret, a point as BabyEcdh returns it
//   nonce        [0, 2^128)
//   in[size]     the ciphertext
//   tag          its tag
// Outputs
//   out[size]    the message
// Ensures
//   The range of the nonce, the message, and that the tag is this ciphertext's.
// Constraints
//   (ceil(size / (t - 1)) + 1) * 3 * (8 * t + partial rounds) - 3 * (t - 3) + 128 quadratic + size + 2 linear
// Source
//   Khovratovich 2019, Encryption with Poseidon; duplex of Bertoni et al. 2011 (eprint 2011/499).
template DecryptPoseidon(t, size) {
    assert(4 <= t && t <= 17);
    assert(1 <= size && size < 2 ** 64);
    signal input key[2];
    signal input nonce;
    signal input in[size];
    signal input tag;
    signal output out[size];

    component range = ToBits(128, 0);
    range.in <== nonce;

    var rate = t - 1;
    var blocks = (size + rate - 1) \ rate;
    component rounds[blocks + 1];
    rounds[0] = PoseidonRounds(t, 1, 0, t - 4);
    rounds[0].in[0] <== key[0];
    rounds[0].in[1] <== key[1];
    rounds[0].in[2] <== nonce + size * 2 ** 128;
    for (var b = 0; b <= blocks; b++) {
        for (var i = 0; i < t; i++) {
            rounds[b].add[i] <== 0;
        }
        if (b < blocks) {
            rounds[b + 1] = PoseidonRounds(t, 0, 0, 0);
            rounds[b + 1].in[0] <== rounds[b].out[0];
            for (var i = 0; i < rate; i++) {
                if (b * rate + i < size) {
                    out[b * rate + i] <== in[b * rate + i] - rounds[b].out[i + 1];
                    rounds[b + 1].in[i + 1] <== in[b * rate + i];
                } else {
                    rounds[b + 1].in[i + 1] <== rounds[b].out[i + 1];
                }
            }
        }
    }
    tag === rounds[blocks].out[1];
}
