pragma circom 2.1.0;

include "baby_double.circom";
include "baby_on_curve.circom";

// The sum of two points, outside of constraints.
function babySum(left, right) {
    var product = 168696 * left[0] * right[0] * left[1] * right[1];
    return [
        (left[0] * right[1] + left[1] * right[0]) / (1 + product),
        (left[1] * right[1] - 168700 * left[0] * right[0]) / (1 - product)
    ];
}

// A multiple of a point, outside of constraints.
function babyMultiple(scalar, point) {
    var sum[2] = [0, 1];
    var power[2] = point;
    for (var i = 0; i < 251; i++) {
        if (((scalar >> i) & 1) == 1) {
            sum = babySum(sum, power);
        }
        power = babySum(power, power);
    }
    return sum;
}

// Refuses what is no point of Baby Jubjub's subgroup of prime order l.
//
// The points of the subgroup are those that are eight times a point of the curve.
//
// Inputs
//   in[2]        x and y
// Ensures
//   That in is on the curve and in the subgroup. The identity (0, 1) is.
// Constraints
//   18 quadratic + 0 linear
// Source
//   EIP-2494: the curve has 8 * l points, of a cyclic group.
template BabyInSubgroup() {
    signal input in[2];

    // An eighth of the point; others differ by a point of low order, and nothing depends on which is taken.
    signal eighth[2];
    component onCurve = BabyOnCurve();
    component double[3];
    var point[2] = babyMultiple(2394026564107420727433200628387514462817212225638746351800188703329891451411, in);
    for (var i = 0; i < 2; i++) {
        eighth[i] <-- point[i];
        onCurve.in[i] <== eighth[i];
    }
    for (var k = 0; k < 3; k++) {
        double[k] = BabyDouble();
        for (var i = 0; i < 2; i++) {
            if (k == 0) {
                double[k].in[i] <== eighth[i];
            } else {
                double[k].in[i] <== double[k - 1].out[i];
            }
        }
    }
    double[2].out[0] === in[0];
    double[2].out[1] === in[1];
}
