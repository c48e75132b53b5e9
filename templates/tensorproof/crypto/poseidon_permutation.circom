pragma circom 2.1.0;

include "poseidon_rounds.circom";

// The Poseidon permutation over BN254.
//
// Parameters
//   t            elements of the state, 2 <= t <= 17
// Inputs
//   in[t]
// Outputs
//   out[t]
// Ensures
//   The permutation, with the constants of circom's Poseidon.
// Constraints
//   3 * (8 * t + partial rounds) quadratic + 0 linear: 243 for t = 3, 612 for t = 17
// Source
//   Grassi et al. 2019 (eprint 2019/458).
template PoseidonPermutation(t) {
    signal input in[t];
    signal output out[t];

    component rounds = PoseidonRounds(t, 0, 0, 0);
    for (var i = 0; i < t; i++) {
        rounds.in[i] <== in[i];
        rounds.add[i] <== 0;
    }
    for (var i = 0; i < t; i++) {
        out[i] <== rounds.out[i];
    }
}
