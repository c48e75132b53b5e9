// Rows of arrays of three axes are read and written, with known indices that are expressions.
pragma circom 2.2.0;
template Main() {
    signal input a[2][3][2];
    signal output o[2][3];
    var t[2][3][2] = a;
    var row[2] = t[1][2];
    t[0][1] = row;
    t[1] = t[0];
    for (var i = 0; i < 2; i++) {
        for (var j = 0; j < 3; j++) { o[i][j] <== t[i][(j + 1) % 3][0] * t[1 - i][j][i]; }
    }
}
component main = Main();
