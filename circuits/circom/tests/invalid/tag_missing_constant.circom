// A number has no tags.
pragma circom 2.2.0;
template Need() { signal input {binary} a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    b <== Need()(1); // error: [E0016]
}
component main = Main();
