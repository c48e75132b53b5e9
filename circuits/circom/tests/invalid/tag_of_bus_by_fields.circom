// An input that is a bus with a tag gets its value as a whole.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Need() { input P() {m} in; signal output o; o <== in.x; }
template Main() {
    signal input a;
    signal output b;
    component c = Need();
    c.in.x <== a;
    c.in.y <== a; // error: [E0016]
    b <== c.o;
}
component main = Main();
