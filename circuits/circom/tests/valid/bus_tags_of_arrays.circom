// A tag of an array of buses, and one of a field through the array.
pragma circom 2.2.0;
bus P(n) { signal {m} x[n]; signal y; }
template Need() { input P(2) {k} p; signal output o; o <== p.x[0] * p.x.m + p.x[1] * p.k; }
template Main() {
    signal input a;
    signal output o[2];
    P(2) {k} p[2];
    p.k = 7;
    p.x.m = 3;
    for (var i = 0; i < 2; i++) { p[i].x <== [a, a + i]; p[i].y <== a; }
    for (var i = 0; i < 2; i++) { o[i] <== Need()(p[i]); }
}
component main = Main();
