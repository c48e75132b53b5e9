// `++` and `--` of elements, and compound operators with elements and signals.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o[2];
    var t[2][2] = [[1, 2], [3, 4]];
    t[0][1]++;
    t[1][0]--;
    for (var i = 0; i < 2; i++) { t[i][i] += a; t[i][1 - i] **= 2; t[1 - i][i] <<= i; }
    t[0][0] /= 2;
    o[0] <== t[0][0] * t[1][1];
    o[1] <== a * t[0][1] + t[1][0];
}
component main = Main();
