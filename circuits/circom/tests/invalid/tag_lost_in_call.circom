// The result of a function has no tags.
pragma circom 2.2.0;
template Need() { signal input {m} in; signal output o; o <== in; }
function f(x) { return x; }
template Main() {
    signal input a;
    signal output b;
    signal {m} s <== a;
    b <== Need()(f(s)); // error: [E0016]
}
component main = Main();
