// The tag of a component's input is not read from outside.
pragma circom 2.2.0;
template Need() { signal input {m} in; signal output o; o <== in; }
template Main() {
    signal input a;
    signal output b;
    signal {m} s;
    s.m = 4;
    s <== a;
    component c = Need();
    c.in <== s;
    b <== c.o * c.in.m; // error: [E0016]
}
component main = Main();
