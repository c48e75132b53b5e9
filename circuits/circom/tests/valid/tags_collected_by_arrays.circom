// An array without tags has those that all its elements got; an element of a component's output has the array's.
pragma circom 2.2.0;
template Need() { signal input {m} in[2]; signal output o; o <== in[0] * in.m + in[1]; }
template One() { signal input {m} in; signal output o; o <== in * in.m; }
template Two() { signal input a; signal output {m} o[2]; o.m = 9; o[0] <== a; o[1] <== a * a; }
template Main() {
    signal input a[2];
    signal output o[3];
    signal {m} t;
    t.m = 4;
    t <== a[0];
    signal s[2];
    s[0] <== t;
    s[1] <== t;
    o[0] <== Need()(s);
    component two = Two();
    two.a <== a[1];
    o[1] <== One()(two.o[1]);
    o[2] <== Need()(two.o);
}
component main = Main();
