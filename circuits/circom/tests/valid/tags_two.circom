// Two tags on one signal.
pragma circom 2.1.0;
template Need() { signal input {small, even} in; signal output out; out <== in * in.small; }
template Main() {
    signal input a;
    signal output b;
    signal {even, small} t;
    t.small = 9;
    t <== a;
    b <== Need()(t);
}
component main = Main();