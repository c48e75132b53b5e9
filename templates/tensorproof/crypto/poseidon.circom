pragma circom 2.1.0;

include "poseidon_rounds.circom";

// Poseidon hash of a fixed number of elements, the same as circomlib's.
//
//   out = permutation(0, in[0], ..)[0]
//
// Parameters
//   nInputs      1 <= nInputs <= 16
// Inputs
//   in[nInputs]
// Outputs
//   out
// Ensures
//   The hash. Hashes of different nInputs are of different functions.
// Constraints
//   3 * (8 * (nInputs + 1) + partial rounds) - 3 quadratic + 0 linear: 240 for nInputs = 2
// Source
//   Grassi et al. 2019 (eprint 2019/458).
template Poseidon(nInputs) {
    assert(1 <= nInputs && nInputs <= 16);
    signal input in[nInputs];
    signal output out;

    component rounds = PoseidonRounds(nInputs + 1, 1, 0, 0);
    for (var i = 0; i < nInputs; i++) {
        rounds.in[i] <== in[i];
    }
    for (var i = 0; i <= nInputs; i++) {
        rounds.add[i] <== 0;
    }
    out <== rounds.out[0];
}
