pragma circom 2.1.0;

include "mimc_feistel.circom";

// Sponge over MiMC's Feistel network, the same as circomlib's MiMCSponge with 220 rounds.
//
// Each element is added to the left half, whose value after each further permutation is an output.
//
// Parameters
//   size         elements absorbed, at least 1
//   outputs      elements returned, at least 1
// Inputs
//   in[size]
//   key
// Outputs
//   out[outputs]
// Requires
//   That hashes of different sizes are not compared: nothing marks the end.
// Ensures
//   The hash.
// Constraints
//   660 * (size + outputs - 1) quadratic + size - 1 linear
// Source
//   Albrecht et al. 2016 (eprint 2016/492); sponge of Bertoni et al. 2007.
template MimcSponge(size, outputs) {
    assert(1 <= size && 1 <= outputs);
    signal input in[size];
    signal input key;
    signal output out[outputs];

    var count = size + outputs - 1;
    component permutation[count];
    for (var i = 0; i < count; i++) {
        permutation[i] = MimcFeistel();
        permutation[i].key <== key;
        if (i == 0) {
            permutation[0].left <== in[0];
            permutation[0].right <== 0;
        } else {
            permutation[i].left <== permutation[i - 1].outLeft + (i < size ? in[i < size ? i : 0] : 0);
            permutation[i].right <== permutation[i - 1].outRight;
        }
    }
    for (var i = 0; i < outputs; i++) {
        out[i] <== permutation[size - 1 + i].outLeft;
    }
}
