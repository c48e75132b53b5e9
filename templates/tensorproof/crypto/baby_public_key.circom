pragma circom 2.1.0;

include "../arith/to_bits.circom";
include "baby_in_subgroup.circom";
include "baby_sum.circom";

// Public key of a private one: a multiple of Baby Jubjub's base point.
//
//   out = secret * Base8
//
// A secret is low + top * (l - 2^250) with 250 bits low and one bit top, and nothing from l on is. Where the two halves overlap
// there are two such pairs, of the same multiple. Three bits at a time choose among eight constant points.
//
// Inputs
//   secret       [0, l), l = 2736030358979909402780800718157159386076813972158567259200215660948447373041
// Outputs
//   out[2]       x and y
// Ensures
//   The range of the secret, and the multiple.
// Constraints
//   999 quadratic + 4 linear
// Source
//   EIP-2494; windowed fixed-base multiplication.
template BabyPublicKey() {
    signal input secret;
    signal output out[2];

    var order = 2736030358979909402780800718157159386076813972158567259200215660948447373041;
    signal top <-- secret >= 2 ** 250;
    top * (top - 1) === 0;
    component low = ToBits(250, 0);
    low.in <== secret - top * (order - 2 ** 250);

    var base[2] = [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
    signal both[84];
    signal chosen[84][2];
    component sum[83];
    for (var w = 0; w < 84; w++) {
        // The last window has a bit of low, which is worth 2^249, and top.
        var points[8][2];
        points[0] = [0, 1];
        points[1] = base;
        points[2] = babySum(base, base);
        if (w == 83) {
            points[2] = babyMultiple(order - 2 ** 250, [
                5299619240641551281634865583518297030282874472190772894086521144482721001553,
                16950150798460657717958625567821834550301663161624707787222815936182638968203
            ]);
        }
        points[3] = babySum(points[1], points[2]);
        points[4] = babySum(points[2], points[2]);
        for (var i = 5; i < 8; i++) {
            points[i] = babySum(points[4], points[i - 4]);
        }
        base = babySum(points[4], points[4]);

        var a = low.out[3 * w];
        var b = w < 83 ? low.out[w < 83 ? 3 * w + 1 : 0] : top;
        var c = w < 83 ? low.out[w < 83 ? 3 * w + 2 : 0] : 0;
        both[w] <== a * b;
        for (var i = 0; i < 2; i++) {
            var lower = points[0][i] + a * (points[1][i] - points[0][i]) + b * (points[2][i] - points[0][i])
                + both[w] * (points[3][i] - points[2][i] - points[1][i] + points[0][i]);
            var upper = points[4][i] + a * (points[5][i] - points[4][i]) + b * (points[6][i] - points[4][i])
                + both[w] * (points[7][i] - points[6][i] - points[5][i] + points[4][i]);
            if (w < 83) {
                chosen[w][i] <== lower + c * (upper - lower);
            } else {
                chosen[w][i] <== lower;
            }
        }
        if (w > 0) {
            sum[w - 1] = BabySum();
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
    out[0] <== sum[82].out[0];
    out[1] <== sum[82].out[1];
}
