pragma circom 2.1.0;

include "../arith/to_bits.circom";
include "poseidon_rounds.circom";

// Authenticated encryption with Poseidon in duplex mode.
//
// The state starts as (0, key, nonce + size * 2^128, 0, ..). Each permutation is followed by the addition of t - 1 elements of
// the message to the state behind its first element; the sums are the ciphertext. After a last permutation the state's
// second element is the tag. For t = 4 this is the cipher of the source, whose encryptions of zeros that fill the last block
// are left out.
//
// Parameters
//   t            elements of the state, 4 <= t <= 17; 17 takes the fewest constraints per element
//   size         elements of the message, 1 <= size < 2^64
// Inputs
//   key[2]       shared secret, a point as BabyEcdh returns it
//   nonce        [0, 2^128)
//   in[size]     the message
// Outputs
//   out[size]    the ciphertext
//   tag          what DecryptPoseidon checks
// Requires
//   That key and nonce are not used together for another message, or the difference of the two is known.
// Ensures
//   The range of the nonce, so that it leaves the size alone, and the encryption.
// Constraints
//   (ceil(size / (t - 1)) + 1) * 3 * (8 * t + partial rounds) - 3 * (t - 3) + 128 quadratic + 2 linear: for t = 17, 612 per 16
//   elements and 698
// Source
//   Khovratovich 2019, Encryption with Poseidon; duplex of Bertoni et al. 2011 (eprint 2011/499).
template EncryptPoseidon(t, size) {
    assert(4 <= t && t <= 17);
    assert(1 <= size && size < 2 ** 64);
    signal input key[2];
    signal input nonce;
    signal input in[size];
    signal output out[size];
    signal output tag;

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
        if (b > 0) {
            rounds[b] = PoseidonRounds(t, 0, 0, 0);
            for (var i = 0; i < t; i++) {
                rounds[b].in[i] <== rounds[b - 1].out[i];
            }
        }
        rounds[b].add[0] <== 0;
        for (var i = 0; i < rate; i++) {
            if (b * rate + i < size) {
                rounds[b].add[i + 1] <== in[b * rate + i];
            } else {
                rounds[b].add[i + 1] <== 0;
            }
        }
        for (var i = 0; i < rate && b * rate + i < size; i++) {
            out[b * rate + i] <== rounds[b].out[i + 1];
        }
    }
    tag <== rounds[blocks].out[1];
}
