pragma circom 2.1.0;

// Sum of two points of Baby Jubjub, 168700 x^2 + y^2 = 1 + 168696 x^2 y^2. The formula has no exceptions.
//
// Inputs
//   left[2], right[2]    x and y
// Outputs
//   out[2]
// Requires
//   Points of the curve; of anything else the result means nothing.
// Ensures
//   The sum: the divisors 1 +- d x x' y y' are not zero on the curve, as d is no square.
// Constraints
//   6 quadratic + 0 linear
// Source
//   EIP-2494; Bernstein et al. 2008 (eprint 2008/013), section 6.
template BabySum() {
    signal input left[2];
    signal input right[2];
    signal output out[2];

    signal xy <== left[0] * right[1];
    signal yx <== left[1] * right[0];
    signal both <== xy * yx;
    signal cross <== (left[1] - 168700 * left[0]) * (right[0] + right[1]);
    out[0] <-- (xy + yx) / (1 + 168696 * both);
    // allow(W0010): on the curve no denominator is zero, as d is no square.
    out[0] * (1 + 168696 * both) === xy + yx;
    out[1] <-- (cross + 168700 * xy - yx) / (1 - 168696 * both);
    // allow(W0010): on the curve no denominator is zero, as d is no square.
    out[1] * (1 - 168696 * both) === cross + 168700 * xy - yx;
}
