pragma circom 2.1.0;

include "../arith/to_bits.circom";
include "baby_in_subgroup.circom";
include "baby_sum.circom";

// Public key of a private one: a multiple of Baby Jubjub's base point.
//
//   out = secret * Base8
//
// A secret is low + top * (l - 2^250) with 250 bits low and one bit top, and nothing from l on is. Where the two halves overlap
// there are two such pairs, of the same multiple.
//
// Three bits of low at a time, d, choose (2d - 7) * 8^w * H among eight constant points, where 2H = Base8. They are added on
// the Montgomery form of the curve, where an addition must not meet a point, its opposite or zero. It does not: the sum s * H
// before window w has an odd s, |s| < 8^w, and what is added is t * H with 8^w <= |t| <= 7 * 8^w, so that s, t, s - t and s + t
// are not zero, and below 8^83 < l. The bit that is left, top, and what makes 2d - 7 into 2d, (8^83 - 1) * H, come last.
//
// Inputs
//   secret       [0, l), l = 2736030358979909402780800718157159386076813972158567259200215660948447373041
// Outputs
//   out[2]       x and y
// Ensures
//   The range of the secret, and the multiple.
// Constraints
//   755 quadratic + 4 linear
// Source
//   EIP-2494; windowed fixed-base multiplication with signed digits.
template BabyPublicKey() {
    signal input secret;
    signal output out[2];

    var order = 2736030358979909402780800718157159386076813972158567259200215660948447373041;
    signal top <-- secret >= 2 ** 250;
    top * (top - 1) === 0;
    component low = ToBits(250, 0);
    // allow(W0011): secret is the sum of the bits and top, below 2^252.
    low.in <== secret - top * (order - 2 ** 250);

    var base8[2] = [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
    var base[2] = babyMultiple((order + 1) \ 2, base8);
    var last[2] = babyMultiple(8 ** 83 - 1, base);
    signal both[84];
    signal chosen[83][2];
    component sum[82];
    for (var w = 0; w < 83; w++) {
        // 7, 5, 3 and 1 times the base, as u and v.
        var double[2] = babySum(base, base);
        var odd[2] = base;
        var points[4][2];
        for (var i = 3; i >= 0; i--) {
            points[i][0] = (1 + odd[1]) / (1 - odd[1]);
            points[i][1] = points[i][0] / odd[0];
            odd = babySum(odd, double);
        }
        base = babySum(odd, [-base[0], base[1]]);

        var a = low.out[3 * w];
        var b = low.out[3 * w + 1];
        both[w] <== a * b;
        for (var i = 0; i < 2; i++) {
            var sign = i == 0 ? 1 : -1;
            var negative = sign * points[0][i] + a * sign * (points[1][i] - points[0][i]) + b * sign * (points[2][i] - points[0][i])
                + both[w] * sign * (points[3][i] - points[2][i] - points[1][i] + points[0][i]);
            var positive = points[3][i] + a * (points[2][i] - points[3][i]) + b * (points[1][i] - points[3][i])
                + both[w] * (points[0][i] - points[1][i] - points[2][i] + points[3][i]);
            chosen[w][i] <== negative + low.out[3 * w + 2] * (positive - negative);
        }
        if (w > 0) {
            sum[w - 1] = MontgomerySum();
            for (var i = 0; i < 2; i++) {
                if (w == 1) {
                    sum[0].left[i] <== chosen[0][i];
                } else {
                    sum[w - 1].left[i] <== sum[w - 2].out[i];
                }
            }
            for (var i = 0; i < 2; i++) {
                sum[w - 1].right[i] <== chosen[w][i];
            }
        }
    }

    // Back to the Edwards form: u is not -1, as d is no square, and v not 0 in the subgroup.
    component total = BabySum();
    signal edwards[2];
    var u = sum[81].out[0];
    var v = sum[81].out[1];
    edwards[0] <-- u / v;
    // allow(W0010): v is not 0 in the subgroup.
    edwards[0] * v === u;
    edwards[1] <-- (u - 1) / (u + 1);
    // allow(W0010): u is not -1.
    edwards[1] * (u + 1) === u - 1;
    var bit[2] = babyMultiple(2 ** 249, base8);
    var rest[2] = babyMultiple(order - 2 ** 250, base8);
    var one[2] = babySum(last, bit);
    var two[2] = babySum(last, rest);
    var three[2] = babySum(one, rest);
    both[83] <== low.out[249] * top;
    for (var i = 0; i < 2; i++) {
        total.left[i] <== edwards[i];
        total.right[i] <== last[i] + low.out[249] * (one[i] - last[i]) + top * (two[i] - last[i])
            + both[83] * (three[i] - two[i] - one[i] + last[i]);
    }
    out[0] <== total.out[0];
    out[1] <== total.out[1];
}

// The sum of two points of v^2 = u^3 + 168698 u^2 + u with different u.
template MontgomerySum() {
    signal input left[2];
    signal input right[2];
    signal output out[2];

    signal slope <-- (right[1] - left[1]) / (right[0] - left[0]);
    slope * (right[0] - left[0]) === right[1] - left[1];
    out[0] <== slope * slope - 168698 - left[0] - right[0];
    out[1] <-- slope * (left[0] - out[0]) - left[1];
    slope * (left[0] - out[0]) === out[1] + left[1];
}
