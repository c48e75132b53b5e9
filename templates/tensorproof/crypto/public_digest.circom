pragma circom 2.1.0;

include "poseidon_sponge.circom";

// Two signals that stand for many public values, at a challenge.
//
//   hash = sponge(bound[0], .., bound[m - 1]),  value = in[0] * challenge + .. + in[n - 1] * challenge^n
//
// What is bound determines the values: it is the values themselves, or small ones range-checked and packed.
//
// Who verifies knows the values and the hash, takes the challenge from both by another hash, computes the value, and
// verifies the proof for hash, value and challenge. As the hash binds the circuit to its values before the challenge is
// known, other values have the same value at it with a chance of n / p (Schwartz-Zippel). The sum starts at the challenge's
// first power.
//
// Parameters
//   n            number of values, 1 <= n < 2^64
//   m            number of elements that they are bound by, 1 <= m < 2^64
// Inputs
//   in[n]
//   bound[m]     in, or what Pack makes of it
//   challenge    public; a hash of hash and in, which the verifier computes and the circuit takes as it is
// Outputs
//   hash         sponge of the domain "digest"
//   value
// Requires
//   Of the verifier: challenge = H(hash, in) by a hash that nobody inverts, and in[i] < p. With a challenge that is known
//   before hash and in, other values prove as well. Of the circuit: no two values of in have the same bound.
// Ensures
//   Both equations.
// Constraints
//   PoseidonSponge(m) + n quadratic + 0 linear: 628 for 16 values and as many elements
// Source
//   Schwartz 1980 (JACM 27.4); Fiat and Shamir 1986.
template PublicDigest(n, m) {
    assert(1 <= n && 1 <= m);
    signal input in[n];
    signal input bound[m];
    signal input challenge;
    signal output hash;
    signal output value;

    // The letters of "digest".
    component sponge = PoseidonSponge(m, 0x646967657374);
    for (var i = 0; i < m; i++) {
        sponge.in[i] <== bound[i];
    }
    // sums[i] = in[i] * challenge + .. + in[n - 1] * challenge^(n - i), by Horner.
    signal sums[n];
    for (var i = n - 1; i >= 0; i--) {
        if (i == n - 1) {
            sums[i] <== in[i] * challenge;
        } else {
            sums[i] <== (in[i] + sums[i + 1]) * challenge;
        }
    }
    hash <== sponge.out;
    value <== sums[0];
}
