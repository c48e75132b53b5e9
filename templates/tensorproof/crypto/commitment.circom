pragma circom 2.1.0;

include "pack.circom";
include "poseidon_sponge.circom";

// Salted Poseidon commitment to bounded integers, as many to an element as fit.
//
//   out = sponge(form, packed[0], .., salt), packed = Pack(in)
//
// Parameters
//   size         number of values, at least 1
//   n            bits of a value, 1 <= n <= 253
//   offset       integer that makes the values non-negative
//   domain       what the commitment is for, 0 <= domain < 2^128
//   form         what the values are meant to be, 0 <= form < 2^248: a hash of shape, scale, offset, n and so on, which the
//                packed elements do not tell. With one form for two meanings, values of both have one commitment
// Inputs
//   in[size]     [-offset, 2^n - offset)
//   salt         uniform in the field, so that the commitment hides what it binds
// Outputs
//   out
// Ensures
//   The range of the values, so that a packed element has one reading, and the hash.
// Constraints
//   size * n + PoseidonSponge(elements + 2) - 3 quadratic + size + elements + 1 linear, elements = ceil(size / floor(253 / n)); no
//   linear one for an element of one value without offset
// Source
//   Grassi et al. 2019 (eprint 2019/458), section 4.2.
template Commitment(size, n, offset, domain, form) {
    assert(1 <= size && 1 <= n && n <= 253);
    assert(0 <= form && form < 2 ** 248);
    signal input in[size];
    signal input salt;
    signal output out;

    component packed = Pack(size, n, offset);
    for (var i = 0; i < size; i++) {
        packed.in[i] <== in[i];
    }
    var elements = (size + 253 \ n - 1) \ (253 \ n);
    component hash = PoseidonSponge(elements + 2, domain);
    hash.in[0] <== form;
    for (var e = 0; e < elements; e++) {
        hash.in[1 + e] <== packed.out[e];
    }
    hash.in[1 + elements] <== salt;
    out <== hash.out;
}
