pragma circom 2.1.0;

include "baby_double.circom";
include "baby_multiple.circom";
include "baby_on_curve.circom";
include "baby_public_key.circom";
include "baby_sum.circom";
include "poseidon.circom";

// Refuses a message that is not signed: EdDSA on Baby Jubjub with Poseidon, as circomlibjs signs.
//
//   s * Base8 = r + h * 8 * publicKey, h = Poseidon(r, publicKey, in)
//
// The multiple is taken by h modulo l, l = 2736030358979909402780800718157159386076813972158567259200215660948447373041. As the
// field's modulus p lies below 8l, h = k * l + rest with 0 <= k < 8 and rest at most p - 1 - 7l, so that k * l + rest < p is h
// itself and not h + p. A hash whose rest is larger, or zero, has no witness: fewer than one in 2^125 are.
//
// Inputs
//   publicKey[2] x and y
//   r[2]         the signature's point
//   s            its scalar, [0, l)
//   in           the message, a field element
// Ensures
//   The range of s, that both points are on the curve and publicKey is not of low order, and the equation.
// Constraints
//   3141 quadratic + 9 linear
// Source
//   Bernstein et al. 2011, High-speed high-security signatures, section 2; EIP-2494.
template EddsaPoseidon() {
    signal input publicKey[2];
    signal input r[2];
    signal input s;
    signal input in;

    component keyOnCurve = BabyOnCurve();
    component rOnCurve = BabyOnCurve();
    component hash = Poseidon(5);
    component double[3];
    for (var k = 0; k < 3; k++) {
        double[k] = BabyDouble();
    }
    for (var i = 0; i < 2; i++) {
        keyOnCurve.in[i] <== publicKey[i];
        rOnCurve.in[i] <== r[i];
        double[0].in[i] <== publicKey[i];
        hash.in[i] <== r[i];
        hash.in[2 + i] <== publicKey[i];
    }
    hash.in[4] <== in;
    for (var k = 1; k < 3; k++) {
        double[k].in[0] <== double[k - 1].out[0];
        double[k].in[1] <== double[k - 1].out[1];
    }

    var order = 2736030358979909402780800718157159386076813972158567259200215660948447373041;
    component multiple = BabyMultiple(-1 - 7 * order);
    signal quotient[3];
    var quotients = 0;
    for (var i = 0; i < 3; i++) {
        quotient[i] <-- ((hash.out \ order) >> i) & 1;
        quotient[i] * (quotient[i] - 1) === 0;
        quotients += quotient[i] * 2 ** i;
    }
    // allow(W0011): the hash is the sum of both, which is below p by the limit of the scalar.
    multiple.scalar <== hash.out - quotients * order;

    component right = BabySum();
    component left = BabyPublicKey();
    for (var i = 0; i < 2; i++) {
        multiple.in[i] <== double[2].out[i];
        right.left[i] <== r[i];
    }
    for (var i = 0; i < 2; i++) {
        right.right[i] <== multiple.out[i];
    }
    left.secret <== s;
    for (var i = 0; i < 2; i++) {
        left.out[i] === right.out[i];
    }
}
