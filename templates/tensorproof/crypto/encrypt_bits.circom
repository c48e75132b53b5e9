pragma circom 2.1.0;

include "mimc7.circom";
include "multi_mimc7.circom";

// The cipher of circomlib-ml and MACI, for compatibility; EncryptPoseidon takes about a twentieth of the constraints.
//
//   out[0] = MultiMimc7(plaintext, 0), out[i + 1] = plaintext[i] + Mimc7(shared_key, out[0] + i)
//
// Parameters
//   N            elements, at least 1
// Inputs
//   plaintext[N]
//   shared_key   the abscissa of a point that BabyEcdh returns
// Outputs
//   out[N + 1]
// Requires
//   A plaintext that cannot be guessed: its hash is public, and equal plaintexts show.
// Ensures
//   The encryption.
// Constraints
//   728 * N quadratic + 3 * N - 1 linear
// Source
//   MACI's specification of its encryption; Albrecht et al. 2016 (eprint 2016/492).
template EncryptBits(N) {
    assert(1 <= N);
    signal input plaintext[N];
    signal input shared_key;
    signal output out[N + 1];

    component hash = MultiMimc7(N);
    hash.key <== 0;
    for (var i = 0; i < N; i++) {
        hash.in[i] <== plaintext[i];
    }
    out[0] <== hash.out;
    component stream[N];
    for (var i = 0; i < N; i++) {
        stream[i] = Mimc7();
        stream[i].in <== shared_key;
        stream[i].key <== out[0] + i;
        out[i + 1] <== plaintext[i] + stream[i].out;
    }
}
