pragma circom 2.0.0;

template Squares(n, m) {
    signal input in[n][m];
    signal output out[n][m];
    for (var i = 0; i < n; i++) {
        for (var j = 0; j < m; j++) {
            out[i][j] <== in[i][j] * in[i][j];
        }
    }
}

template Twice(n, m) {
    signal input in[n][m];
    signal output out[n][m];
    component first = Squares(n, m);
    component second = Squares(n, m);
    first.in <== in;
    second.in <== first.out;
    for (var i = 0; i < n; i++) {
        second.out[i] ==> out[i];
    }
}

component main = Twice(2, 3);
