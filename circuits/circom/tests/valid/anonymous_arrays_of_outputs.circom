// Anonymous components whose outputs are arrays, assigned to rows, and nested as inputs.
pragma circom 2.2.0;
template Pair(n) { signal input a; signal output b[2]; b <== [a * n, a + n]; }
template Sum(n) { signal input a[n]; signal output b; var s = 0; for (var i = 0; i < n; i++) { s += a[i]; } b <== s; }
template Main(n) {
    signal input x[n];
    signal output o;
    signal t[n][2];
    signal u[n];
    for (var i = 0; i < n; i++) {
        t[i] <== Pair(i + 2)(x[i]);
        u[i] <== Sum(2)(Pair(3)(t[i][1]));
    }
    o <== Sum(n)(u);
}
component main = Main(3);
