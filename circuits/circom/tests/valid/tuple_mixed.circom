// Tuples of signals with all arrows, components on the right and arrays within.
pragma circom 2.2.0;
template Two() { signal input a[2]; signal output b; signal output c[2]; b <== a[0]; c <== [a[1], a[0]]; }
template Main() {
    signal input a[2];
    signal output o;
    signal s;
    signal t[2];
    signal u;
    signal v[2];
    (s, t) <== Two()(a);
    (u, v) <== Two()(t);
    signal (x, y) <== (v[0] * u, s);
    (_, o) <== (x, y * x);
}
component main = Main();
