pragma circom 2.1.0;

include "baby_in_subgroup.circom";
include "baby_multiple.circom";

// Diffie-Hellman on Baby Jubjub: what two parties share.
//
// Inputs
//   secret       own private key, [1, l - 5], l = 2736030358979909402780800718157159386076813972158567259200215660948447373041
//   publicKey[2] the other's, x and y
// Outputs
//   out[2]       secret * publicKey
// Ensures
//   The range of the secret, that the public key is on the curve, of order l, and the multiple.
// Constraints
//   2053 quadratic + 4 linear; 18 of them check the public key, 251 the range of the secret
// Source
//   EIP-2494; Diffie and Hellman 1976, with the public key validated as in NIST SP 800-56A, section 5.6.2.3.
template BabyEcdh() {
    signal input secret;
    signal input publicKey[2];
    signal output out[2];

    component valid = BabyInSubgroup();
    component multiple = BabyMultiple(2736030358979909402780800718157159386076813972158567259200215660948447373036);
    multiple.scalar <== secret;
    for (var i = 0; i < 2; i++) {
        valid.in[i] <== publicKey[i];
        multiple.in[i] <== publicKey[i];
    }
    for (var i = 0; i < 2; i++) {
        out[i] <== multiple.out[i];
    }
}
