// Functions of arrays of three axes.
pragma circom 2.0.0;
function fill(n) {
    var r[2][2][2];
    for (var i = 0; i < 2; i++) { for (var j = 0; j < 2; j++) { for (var k = 0; k < 2; k++) { r[i][j][k] = n + 4 * i + 2 * j + k; } } }
    return r;
}
function trace(r) { return r[0][0][0] + r[1][1][1]; }
template Main() { signal input a; signal output o; var r[2][2][2] = fill(a); o <== trace(r) * r[1][0][1]; }
component main = Main();