// Signals and components declared before, assigned within loops and conditions.
pragma circom 2.0.0;
template Main(n) {
    signal input a;
    signal output o;
    signal s[n + 1];
    s[0] <== a;
    for (var i = 0; i < n; i++) {
        if (i % 3 == 0) { s[i + 1] <== s[i] * s[i]; }
        else if (i % 3 == 1) { s[i + 1] <== s[i] + i; }
        else { s[i + 1] <== 2 * s[i] - a; }
    }
    o <== s[n];
}
component main = Main(7);