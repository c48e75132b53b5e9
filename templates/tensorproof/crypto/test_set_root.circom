pragma circom 2.1.0;

include "pack.circom";
include "poseidon_sponge.circom";

// Commitment to labelled samples: it hides them until the salt is known, and binds to each value and each label.
//
//   out = sponge(form, packed samples, packed labels, salt)
//
// Parameters
//   samples      at least 1
//   size         values of a sample, at least 1
//   n            bits of a value, 1 <= n <= 253
//   offset       integer that makes the values non-negative
//   m            bits of a label, 1 <= m <= 253
//   form         what the values are meant to be, 0 <= form < 2^248: a hash of shape, scale, offset, n, m and so on
// Inputs
//   in[samples][size]    [-offset, 2^n - offset)
//   labels[samples]      [0, 2^m)
//   salt                 random, so that who guesses samples and labels cannot tell
// Outputs
//   out          sponge of the domain 4
// Ensures
//   Both ranges, and the commitment.
// Constraints
//   Pack(samples * size, n, offset), Pack(samples, m, 0), and PoseidonSponge of the form, their elements and the salt, with 3 quadratic
//   ones less and a linear one more as the form is a constant
// Source
//   Commitment by a salted hash, as Merkle 1987; sponge of Grassi et al. 2019 (eprint 2019/458).
template TestSetRoot(samples, size, n, offset, m, form) {
    assert(1 <= samples && 1 <= size && 1 <= n && n <= 253 && 1 <= m && m <= 253);
    assert(0 <= form && form < 2 ** 248);
    var perElement = 253 \ n;
    var elements = (samples * size + perElement - 1) \ perElement;
    var labelsPerElement = 253 \ m;
    var labelElements = (samples + labelsPerElement - 1) \ labelsPerElement;
    signal input in[samples][size];
    signal input labels[samples];
    signal input salt;
    signal output out;

    component values = Pack(samples * size, n, offset);
    component classes = Pack(samples, m, 0);
    for (var s = 0; s < samples; s++) {
        for (var i = 0; i < size; i++) {
            values.in[s * size + i] <== in[s][i];
        }
        classes.in[s] <== labels[s];
    }
    component sponge = PoseidonSponge(elements + labelElements + 2, 4);
    sponge.in[0] <== form;
    for (var i = 0; i < elements; i++) {
        sponge.in[1 + i] <== values.out[i];
    }
    for (var i = 0; i < labelElements; i++) {
        sponge.in[1 + elements + i] <== classes.out[i];
    }
    sponge.in[1 + elements + labelElements] <== salt;
    out <== sponge.out;
}
