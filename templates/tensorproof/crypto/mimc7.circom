pragma circom 2.1.0;

include "mimc_constants.circom";

// MiMC with x^7 and 91 rounds, the same as circomlib's.
//
//   out = r_91 + key, r_(i+1) = (r_i + key + c_i)^7, r_0 = in
//
// Inputs
//   in, key
// Outputs
//   out
// Ensures
//   The cipher.
// Constraints
//   364 quadratic + 0 linear
// Source
//   Albrecht et al. 2016 (eprint 2016/492), section 2.1.
template Mimc7() {
    signal input in;
    signal input key;
    signal output out;

    var constants[91] = mimc7Constants();
    signal square[91];
    signal fourth[91];
    signal sixth[91];
    signal seventh[90];
    var state = in;
    for (var i = 0; i < 91; i++) {
        var base = state + key + constants[i];
        square[i] <== base * base;
        fourth[i] <== square[i] * square[i];
        sixth[i] <== fourth[i] * square[i];
        if (i < 90) {
            seventh[i] <== sixth[i] * base;
            state = seventh[i];
        } else {
            out <== sixth[i] * base + key;
        }
    }
}
