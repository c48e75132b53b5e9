pragma circom 2.1.0;

// Test for zero.
//
//   out = 1 if in = 0, else 0
//
// Inputs
//   in           any element of the field
// Outputs
//   out          a bit
// Ensures
//   The result, and that the inner inverse is the one of in, or zero: the witness is unique.
// Constraints
//   3 quadratic + 0 linear
// Source
//   Pinocchio, Parno et al. 2013 (eprint 2013/279), section 4.3, with one constraint more for the inverse of zero.
template IsZero() {
    signal input in;
    signal output out;

    signal inverse;
    inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
    inverse * out === 0;
}
