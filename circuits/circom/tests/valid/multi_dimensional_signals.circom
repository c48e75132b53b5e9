pragma circom 2.0.0;

template Cube(n) {
    signal input in[n][n][n];
    signal output out[n][n];
    signal partial[n][n][n];
    for (var i = 0; i < n; i++) {
        for (var j = 0; j < n; j++) {
            for (var k = 0; k < n; k++) {
                partial[i][j][k] <== in[i][j][k] * in[k][j][i];
            }
            out[i][j] <== partial[i][j][0] + partial[i][j][n - 1];
        }
    }
}

component main = Cube(2);
