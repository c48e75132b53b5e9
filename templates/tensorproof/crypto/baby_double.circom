pragma circom 2.1.0;

// Twice a point of Baby Jubjub, 168700 x^2 + y^2 = 1 + 168696 x^2 y^2.
//
// Inputs
//   in[2]        x and y
// Outputs
//   out[2]
// Requires
//   A point of the curve; of anything else the result means nothing.
// Ensures
//   The sum: the divisors 1 +- d x^2 y^2 are not zero on the curve, as d is no square.
// Constraints
//   5 quadratic + 0 linear
// Source
//   EIP-2494; Bernstein et al. 2008 (eprint 2008/013), with x^2 and y^2 from the curve's equation.
template BabyDouble() {
    signal input in[2];
    signal output out[2];

    signal product <== in[0] * in[1];
    signal productSquare <== product * product;
    signal xSquare <== in[0] * in[0];
    var scaled = 168696 * productSquare;
    out[0] <-- 2 * product / (1 + scaled);
    // allow(W0010): on the curve no denominator is zero, as d is no square.
    out[0] * (1 + scaled) === 2 * product;
    out[1] <-- (1 + scaled - 2 * 168700 * xSquare) / (1 - scaled);
    // allow(W0010): on the curve no denominator is zero, as d is no square.
    out[1] * (1 - scaled) === 1 + scaled - 2 * 168700 * xSquare;
}
