// Several buses in one declaration, arrays among them.
pragma circom 2.2.0;
bus P(n) { signal x[n], y; }
template Main() {
    input P(2) a, b[2];
    P(2) c, d[2];
    signal output o;
    c <== a;
    d <== b;
    o <== c.x[0] * d[1].y;
}
component main = Main();
