pragma circom 2.1.0;

include "mimc_constants.circom";

// MiMC as a Feistel network of 220 rounds with x^5, the same as circomlib's.
//
//   (l, r) becomes (r + (l + key + c_i)^5, l) in each round but the last, which keeps the two in their places
//
// Inputs
//   left, right, key
// Outputs
//   outLeft, outRight
// Ensures
//   The permutation.
// Constraints
//   660 quadratic + 0 linear
// Source
//   Albrecht et al. 2016 (eprint 2016/492), section 2.1.
template MimcFeistel() {
    signal input left;
    signal input right;
    signal input key;
    signal output outLeft;
    signal output outRight;

    var constants[220] = mimcFeistelConstants();
    signal square[220];
    signal fourth[220];
    signal next[220];
    var l = left;
    var r = right;
    for (var i = 0; i < 220; i++) {
        var base = l + key + constants[i];
        square[i] <== base * base;
        fourth[i] <== square[i] * square[i];
        next[i] <== fourth[i] * base + r;
        r = l;
        l = next[i];
    }
    outLeft <== r;
    outRight <== l;
}
