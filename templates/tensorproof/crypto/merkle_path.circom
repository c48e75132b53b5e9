pragma circom 2.1.0;

include "poseidon.circom";

// Root of a binary Merkle tree over Poseidon, from a leaf and its path.
//
// Parameters
//   depth        levels below the root, 1 <= depth <= 253
// Inputs
//   leaf
//   index[depth]     bits of the leaf's position, the lowest first
//   sibling[depth]   the other child at each level, from the leaves up
// Outputs
//   root         the caller compares it with the root it knows
// Ensures
//   That index are bits, and the root. Leaves of one tree have one depth, so that no inner node passes as a leaf.
// Constraints
//   depth * 242 quadratic + depth linear
// Source
//   Merkle 1987, A Digital Signature Based on a Conventional Encryption Function.
template MerklePath(depth) {
    assert(1 <= depth && depth <= 253);
    signal input leaf;
    signal input index[depth];
    signal input sibling[depth];
    signal output root;

    component hash[depth];
    signal left[depth];
    var node = leaf;
    for (var level = 0; level < depth; level++) {
        index[level] * (index[level] - 1) === 0;
        left[level] <== node + index[level] * (sibling[level] - node);
        hash[level] = Poseidon(2);
        hash[level].in[0] <== left[level];
        hash[level].in[1] <== node + sibling[level] - left[level];
        node = hash[level].out;
    }
    root <== node;
}
