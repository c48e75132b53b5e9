// A function returns arrays of different lengths by a known condition.
pragma circom 2.2.0;
function table(n) { var t[5]; var u[3]; t[4] = 9; u[0] = n; if (n == 3) { return u; } return t; }
template Main() {
    signal input a;
    signal output o;
    var r[3] = table(3);
    var s[5] = table(5);
    o <== a * r[0] + s[4];
}
component main = Main();
