// inputs: below 4
// Variables are written at indices that only the witness tells.
pragma circom 2.0.0;
template Main() {
    signal input i;
    signal input j;
    signal output o[4];
    signal output p;
    var a[4] = [10, 20, 30, 40];
    a[i] = 1;
    a[j] += 5;
    for (var k = 0; k < 4; k++) { o[k] <-- a[k]; }
    var m[4][4];
    for (var x = 0; x < 4; x++) { for (var y = 0; y < 4; y++) { m[x][y] = 10 * x + y; } }
    m[i][2] = 100;
    m[3][j] = 200;
    p <-- m[i][j] + m[j][i] * 1000;
}
component main = Main();