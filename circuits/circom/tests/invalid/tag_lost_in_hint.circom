// `<--` hands no tags over.
pragma circom 2.2.0;
template Need() { signal input {m} in; signal output o; o <== in; }
template Main() {
    signal input a;
    signal output b;
    signal {m} s <== a;
    signal t <-- s;
    b <== Need()(t); // error: [E0016]
}
component main = Main();
