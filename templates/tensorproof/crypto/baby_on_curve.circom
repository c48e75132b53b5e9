pragma circom 2.1.0;

// Refuses a pair of numbers that is no point of Baby Jubjub.
//
// Inputs
//   in[2]        x and y
// Ensures
//   168700 x^2 + y^2 = 1 + 168696 x^2 y^2
// Constraints
//   3 quadratic + 0 linear
// Source
//   EIP-2494.
template BabyOnCurve() {
    signal input in[2];

    signal xSquare <== in[0] * in[0];
    signal ySquare <== in[1] * in[1];
    168696 * xSquare * ySquare === 168700 * xSquare + ySquare - 1;
}
