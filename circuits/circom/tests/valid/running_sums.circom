pragma circom 2.0.0;

// Products with running sums, as in a layer with private weights: no linear constraint.
template Dense(inputs, units) {
    signal input in[inputs];
    signal input weights[units][inputs];
    signal input bias[units];
    signal output out[units];
    signal sum[units][inputs];
    for (var u = 0; u < units; u++) {
        for (var i = 0; i < inputs; i++) {
            sum[u][i] <== (i == 0 ? bias[u] : sum[u][i - 1]) + weights[u][i] * in[i];
        }
        out[u] <== sum[u][inputs - 1];
    }
}

component main {public [in]} = Dense(4, 3);
