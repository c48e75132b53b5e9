// An output that declares no tag has none, whatever it was given.
pragma circom 2.2.0;
template Need() { signal input {m} in; signal output o; o <== in; }
template Pass() { signal input {m} in; signal output o; o <== in; }
template Main() {
    signal input a;
    signal output b;
    signal {m} s <== a;
    b <== Need()(Pass()(s)); // error: [E0016]
}
component main = Main();
