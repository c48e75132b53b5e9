// The elements of an inline array have different values of a tag: it has no tag then.
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
    b <== Need()([s, t]); // error: [E0016]
}
component main = Main();
