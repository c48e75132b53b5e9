// The argument of a template depends on a signal.
pragma circom 2.2.0;
template T(n) { signal output o; o <== n; }
template Main() {
    signal input a;
    signal output b;
    component t = T(a); // error: [E0009]
    b <== t.o;
}
component main = Main();
