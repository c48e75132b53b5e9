// An array of components whose parameters have different lengths and axes.
pragma circom 2.2.0;
template T(w, n) { signal input a; signal output b; var s = n; for (var i = 0; i < n; i++) { s += w[i] * a; } b <== s; }
template Main() {
    signal input a;
    signal output c;
    component t[2];
    t[0] = T([1], 1);
    t[1] = T([1, 2, 3], 3);
    t[0].a <== a;
    t[1].a <== a;
    c <== t[0].b * t[1].b;
}
component main = Main();
