pragma circom 2.1.0;

include "../arith/range.circom";
include "../arith/to_bits.circom";
include "baby_double.circom";
include "baby_sum.circom";

// A multiple of a point of Baby Jubjub's subgroup.
//
//   out = scalar * in
//
// Let m = scalar + 3l, which has the same multiple and 253 bits, the highest of them one. Its bits but the lowest, as signs,
// lead from 3 * in by steps from a to 2a +- 1 to the multiple by m | 1, on the Montgomery form of the curve; an even m takes
// one point away. All multiples a on the way are odd, 3 <= a <= 2l - 3 before a step and never l or 3l after one, so that no
// addition there meets a point, its opposite or zero, where its formula would leave the slope open.
//
// Parameters
//   high         the largest scalar, 2^250 <= high <= l - 5, l = 2736030358979909402780800718157159386076813972158567259200215660948447373041
// Inputs
//   scalar       [1, high]
//   in[2]        x and y
// Outputs
//   out[2]
// Requires
//   A point of the subgroup (BabyInSubgroup). The identity has no witness.
// Ensures
//   The range of the scalar, and the multiple.
// Constraints
//   2035 quadratic + 4 linear
// Source
//   EIP-2494; double-and-add without the ordinate between, Zcash protocol specification; signed digits, Joye and Tunstall 2009.
template BabyMultiple(high) {
    var order = 2736030358979909402780800718157159386076813972158567259200215660948447373041;
    assert(2 ** 250 <= high && high <= order - 5);
    signal input scalar;
    signal input in[2];
    signal output out[2];

    component range = Range(1, high);
    range.in <== scalar;
    component bits = ToBits(253, 3 * order);
    bits.in <== scalar;

    component double = BabyDouble();
    component triple = BabySum();
    for (var i = 0; i < 2; i++) {
        double.in[i] <== in[i];
        triple.left[i] <== in[i];
    }
    for (var i = 0; i < 2; i++) {
        triple.right[i] <== double.out[i];
    }
    component point = BabyToMontgomery();
    component start = BabyToMontgomery();
    for (var i = 0; i < 2; i++) {
        point.in[i] <== in[i];
        start.in[i] <== triple.out[i];
    }

    component step[251];
    for (var k = 0; k < 251; k++) {
        step[k] = MontgomeryStep();
        step[k].bit <== bits.out[251 - k];
        for (var i = 0; i < 2; i++) {
            step[k].point[i] <== point.out[i];
            if (k == 0) {
                step[k].in[i] <== start.out[i];
            } else {
                step[k].in[i] <== step[k - 1].out[i];
            }
        }
    }

    // Back to the Edwards form. The abscissa is not -1, as d is no square, and the ordinate not 0 in the subgroup.
    signal odd[2];
    var u = step[250].out[0];
    var v = step[250].out[1];
    odd[0] <-- u / v;
    // allow(W0010): v is not 0 in the subgroup.
    odd[0] * v === u;
    odd[1] <-- (u - 1) / (u + 1);
    // allow(W0010): u is not -1.
    odd[1] * (u + 1) === u - 1;

    // Takes the point away, or the identity.
    component difference = BabySum();
    signal taken[2];
    taken[0] <== (bits.out[0] - 1) * in[0];
    taken[1] <== (1 - bits.out[0]) * (in[1] - 1);
    difference.left[0] <== odd[0];
    difference.left[1] <== odd[1];
    difference.right[0] <== taken[0];
    difference.right[1] <== taken[1] + 1;
    out[0] <== difference.out[0];
    out[1] <== difference.out[1];
}

// From the Edwards form to v^2 = u^3 + 168698 u^2 + u, for a point of the subgroup. (0, 1) has no witness; (0, -1), which is
// none of the subgroup, would leave the ordinate open.
template BabyToMontgomery() {
    signal input in[2];
    signal output out[2];

    out[0] <-- (1 + in[1]) / (1 - in[1]);
    out[0] * (1 - in[1]) === 1 + in[1];
    out[1] <-- out[0] / in[0];
    // allow(W0010): in the subgroup in[0] is zero for (0, 1) alone, which the equation above refuses.
    out[1] * in[0] === out[0];
}

// out = (in + s * point) + in with s = 1 or -1, for in that is neither point nor its opposite, and out that is not zero.
template MontgomeryStep() {
    signal input bit;
    signal input point[2];
    signal input in[2];
    signal output out[2];

    signal signed <== (2 * bit - 1) * point[1];
    signal slope <-- (signed - in[1]) / (point[0] - in[0]);
    slope * (point[0] - in[0]) === signed - in[1];
    signal between <== slope * slope - 168698 - in[0] - point[0];
    // The slope from `between` back to `in`; the ordinate of `between` is slope * (in[0] - between) - in[1].
    signal second <-- 2 * in[1] / (in[0] - between) - slope;
    (second + slope) * (in[0] - between) === 2 * in[1];
    out[0] <== second * second - 168698 - in[0] - between;
    out[1] <-- second * (in[0] - out[0]) - in[1];
    second * (in[0] - out[0]) === out[1] + in[1];
}
