pragma circom 2.1.0;

include "poseidon_rounds.circom";

// Poseidon hash of any number of elements, sixteen to a permutation.
//
// The capacity starts as length + domain * 2^64, so that neither zeros at the end nor another use gives the same hash. The
// state has t = min(length, 16) + 1 elements.
//
// Parameters
//   length       number of elements, 1 <= length < 2^64
//   domain       what the hash is for, 0 <= domain < 2^128
// Inputs
//   in[length]
// Outputs
//   out          the first element of the rate after the last permutation
// Ensures
//   The hash.
// Constraints
//   ceil(length / 16) * 3 * (8 * t + partial rounds) - 3 quadratic + 0 linear: 612 for 16 elements
// Source
//   Grassi et al. 2019 (eprint 2019/458), section 4.2; sponge of Bertoni et al. 2007.
template PoseidonSponge(length, domain) {
    assert(1 <= length && length < 2 ** 64);
    assert(0 <= domain && domain < 2 ** 128);
    signal input in[length];
    signal output out;

    var rate = length < 16 ? length : 16;
    var blocks = (length + rate - 1) \ rate;
    component rounds[blocks];
    for (var b = 0; b < blocks; b++) {
        if (b == 0) {
            rounds[0] = PoseidonRounds(rate + 1, 1, length + domain * 2 ** 64, 0);
            for (var i = 0; i < rate; i++) {
                rounds[0].in[i] <== in[i];
            }
        } else {
            rounds[b] = PoseidonRounds(rate + 1, 0, 0, 0);
            for (var i = 0; i <= rate; i++) {
                rounds[b].in[i] <== rounds[b - 1].out[i];
            }
        }
        // The next block is added to what this permutation returns.
        rounds[b].add[0] <== 0;
        for (var i = 0; i < rate; i++) {
            var next = rate * (b + 1) + i;
            if (next < length) {
                rounds[b].add[i + 1] <== in[next];
            } else {
                rounds[b].add[i + 1] <== 0;
            }
        }
    }
    out <== rounds[blocks - 1].out[1];
}
