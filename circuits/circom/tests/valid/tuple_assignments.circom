// Tuples of variables, with underscores.
pragma circom 2.1.0;
template Three() { signal input a; signal output x; signal output y; signal output z; x <== a; y <== a + 1; z <== a + 2; }
template Main() {
    signal input a;
    signal output o;
    signal s;
    signal t;
    (s, _, t) <== Three()(a);
    var m;
    var n;
    (m, n) = (s, t);
    o <== m * n;
}
component main = Main();