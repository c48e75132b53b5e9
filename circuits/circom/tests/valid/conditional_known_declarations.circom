// Declarations under known conditions.
pragma circom 2.0.0;
template Square() { signal input a; signal output b; b <== a * a; }
template Main(n) {
    signal input a;
    signal output o;
    if (n == 1) {
        component s = Square();
        s.a <== a;
        o <== s.b;
    } else {
        signal t;
        t <== a + 1;
        o <== t;
    }
}
component main = Main(1);