// The elements of an input get different values of its tag.
pragma circom 2.2.0;
template Need() { signal input {m} in[2]; signal output o; o <== in[0]; }
template Main() {
    signal input a;
    signal output b;
    signal {m} s;
    signal {m} t;
    s.m = 2;
    t.m = 3;
    s <== a;
    t <== a;
    component n = Need();
    n.in[0] <== s;
    n.in[1] <== t; // error: [E0016]
    b <== n.o;
}
component main = Main();
