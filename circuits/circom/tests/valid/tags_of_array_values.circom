// The tag of an array has one value for all elements.
pragma circom 2.2.0;
template Need(n) { signal input {maxbit} in[n]; signal output out; var s = 0; for (var i = 0; i < n; i++) { s += in[i] * in.maxbit; } out <== s; }
template Main() {
    signal input a[3];
    signal output o;
    signal {maxbit} t[3];
    t.maxbit = 9;
    for (var i = 0; i < 3; i++) { t[i] <== a[i]; }
    o <== Need(3)(t);
}
component main = Main();
