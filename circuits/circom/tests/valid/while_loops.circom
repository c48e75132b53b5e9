// `while` with known conditions, and variables of inner scopes.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal output o;
    var n = 0;
    var s = 0;
    while (n < 5) {
        var t = n * n;
        s += t;
        n++;
    }
    { var s = 100; n = s; }
    o <== a * s + n;
}
component main = Main();