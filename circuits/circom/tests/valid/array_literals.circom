// Inline arrays, of several axes, as values and arguments.
pragma circom 2.0.0;
function pick(table, i, j) { return table[i][j]; }
template Weighted(w) { signal input a[2]; signal output b; b <== a[0] * w[0] + a[1] * w[1]; }
template Main() {
    signal input x;
    signal output o;
    var t[2][3] = [[1, 2, 3], [4, 5, 6]];
    component w = Weighted([t[0][1], pick(t, 1, 2)]);
    w.a <== [x, x + 1];
    o <== w.b + pick([[1, 2], [3, 4]], 1, 0);
}
component main = Main();