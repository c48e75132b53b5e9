pragma circom 2.1.0;

include "mimc7.circom";

// Decryption of what EncryptBits encrypts.
//
//   out[i] = message[i + 1] - Mimc7(shared_key, message[0] + i)
//
// Parameters
//   N            elements, at least 1
// Inputs
//   message[N + 1]
//   shared_key   the abscissa of a point that BabyEcdh returns
// Outputs
//   out[N]       the plaintext
// Requires
//   A message that was not changed: compare it with EncryptBits of the plaintext where it may have been.
// Ensures
//   The decryption.
// Constraints
//   364 * N quadratic + 2 * N - 1 linear
// Source
//   MACI's specification of its encryption; Albrecht et al. 2016 (eprint 2016/492).
template DecryptBits(N) {
    assert(1 <= N);
    signal input message[N + 1];
    signal input shared_key;
    signal output out[N];

    component stream[N];
    for (var i = 0; i < N; i++) {
        stream[i] = Mimc7();
        stream[i].in <== shared_key;
        stream[i].key <== message[0] + i;
        out[i] <== message[i + 1] - stream[i].out;
    }
}
