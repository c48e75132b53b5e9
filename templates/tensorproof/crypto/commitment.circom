pragma circom 2.1.0;

include "pack.circom";
include "poseidon_sponge.circom";

// Salted Poseidon commitment to bounded integers, as many to an element as fit.
//
//   out = sponge(packed[0], .., salt), packed = Pack(in)
//
// Parameters
//   size         number of values, at least 1
//   n            bits of a value, 1 <= n <= 253
//   offset       integer that makes the values non-negative
//   domain       what the commitment is for, 0 <= domain < 2^128
// Inputs
//   in[size]     [-offset, 2^n - offset)
//   salt         uniform in the field, so that the commitment hides what it binds
// Outputs
//   out
// Ensures
//   The range of the values, so that a packed element has one reading, and the hash.
// Constraints
//   size * n + PoseidonSponge(elements + 1) quadratic + size + elements linear, elements = ceil(size / floor(253 / n)); no
//   linear one for an element of one value without offset
// Source
//   Grassi et al. 2019 (eprint 2019/458), section 4.2.
template Commitment(size, n, offset, domain) {
    assert(1 <= size && 1 <= n && n <= 253);
    signal input in[size];
    signal input salt;
    signal output out;

    component packed = Pack(size, n, offset);
    for (var i = 0; i < size; i++) {
        packed.in[i] <== in[i];
    }
    var elements = (size + 253 \ n - 1) \ (253 \ n);
    component hash = PoseidonSponge(elements + 1, domain);
    for (var e = 0; e < elements; e++) {
        hash.in[e] <== packed.out[e];
    }
    hash.in[elements] <== salt;
    out <== hash.out;
}
