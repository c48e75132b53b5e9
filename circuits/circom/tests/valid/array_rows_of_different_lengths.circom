// Rows of inline arrays have different lengths, and inline arrays are shorter or longer than the variable.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b[2];
    var t[2][2] = [[1, 2], [3]];
    var s[2][2] = [[1], [3, 4]];
    var u[3] = [4, 5, 1];
    u = [6];
    var v[2] = [7, 8, 9];
    b[0] <== a * (t[0][1] + 10 * t[1][0] + 100 * t[1][1] + u[0] + 1000 * u[1] + v[1]);
    b[1] <== a * (s[0][0] + 10 * s[0][1] + 100 * s[1][0] + 1000 * s[1][1]);
}
component main = Main();
