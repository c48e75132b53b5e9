// An input that declares no tag has none, whatever it was given.
pragma circom 2.2.0;
template Need() { signal input {m} in; signal output o; o <== in; }
template Plain() { signal input in; signal output o; o <== Need()(in); } // error: [E0016]
template Main() {
    signal input a;
    signal output b;
    signal {m} s <== a;
    b <== Plain()(s);
}
component main = Main();
