// Variables and signals are declared as tuples.
pragma circom 2.1.0;
template Two(n) { signal input a; signal output b; signal output c; b <== a * n; c <== a + n; }
template Main() {
    signal input a;
    signal output o;
    signal (x, y) <== Two(2)(a);
    var (p, q) = (3, 4);
    var (u, v);
    u = p;
    v = q;
    o <== x * y + p * q + u - v;
}
component main = Main();