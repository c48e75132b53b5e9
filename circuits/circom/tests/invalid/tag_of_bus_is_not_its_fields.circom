// The tag of a bus is not one of its fields.
pragma circom 2.2.0;
bus P() { signal x; }
template Need() { signal input {m} in; signal output o; o <== in; }
template Main() {
    signal input a;
    signal output b;
    P() {m} p;
    p.x <== a;
    b <== Need()(p.x); // error: [E0016]
}
component main = Main();
