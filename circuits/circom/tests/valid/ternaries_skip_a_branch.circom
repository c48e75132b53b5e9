// A ternary with a known condition does not look at its other branch.
pragma circom 2.2.0;
template Main(n) {
    signal input a[2];
    signal output o[3];
    var t[2] = [1, 2];
    var i = 5;
    o[0] <== a[0] * (i < 2 ? t[i] : 3);
    o[1] <== a[1] * (n != 0 ? 1 / n : 3);
    o[2] <== n == 0 ? a[0] : a[i];
}
component main = Main(0);
