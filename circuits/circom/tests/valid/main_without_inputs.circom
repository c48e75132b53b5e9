// A main component with an array of outputs and no inputs, computed from its parameters.
pragma circom 2.2.0;
template Main(n, m) {
    signal output o[n][m];
    for (var i = 0; i < n; i++) { for (var j = 0; j < m; j++) { o[i][j] <== i ** 2 + j; } }
}
component main = Main(2, 3);
