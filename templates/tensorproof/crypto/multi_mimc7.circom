pragma circom 2.1.0;

include "mimc7.circom";

// Hash of elements by MiMC7, the same as circomlib's MultiMiMC7 with 91 rounds.
//
//   out = r_size, r_(i+1) = r_i + in[i] + Mimc7(in[i], r_i), r_0 = key
//
// Parameters
//   size         elements, at least 1
// Inputs
//   in[size]
//   key
// Outputs
//   out
// Requires
//   That hashes of different sizes are not compared: nothing tells (in, 0) from a continued hash.
// Ensures
//   The hash.
// Constraints
//   364 * size quadratic + size linear
// Source
//   Albrecht et al. 2016 (eprint 2016/492); Miyaguchi and Preneel's construction.
template MultiMimc7(size) {
    assert(1 <= size);
    signal input in[size];
    signal input key;
    signal output out;

    component cipher[size];
    signal hash[size + 1];
    hash[0] <== key;
    for (var i = 0; i < size; i++) {
        cipher[i] = Mimc7();
        cipher[i].in <== in[i];
        cipher[i].key <== hash[i];
        hash[i + 1] <== hash[i] + in[i] + cipher[i].out;
    }
    out <== hash[size];
}
