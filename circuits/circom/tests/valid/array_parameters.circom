pragma circom 2.0.0;

template Weighted(n, weights, matrix) {
    signal input in[n];
    signal output out[n];
    for (var i = 0; i < n; i++) {
        var sum = weights[i];
        for (var j = 0; j < n; j++) {
            sum += matrix[i][j] * in[j];
        }
        out[i] <== sum * in[i];
    }
}

component main = Weighted(3, [5, -7, 0], [[1, 2, 3], [-1, 0, 4], [0, 0, 9]]);
