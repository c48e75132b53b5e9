// A template reads the value of its input's tag, which has none.
pragma circom 2.2.0;
template Need() { signal input {maxbit} a; signal output b; b <== a * a.maxbit; } // error: [E0016]
template Main() {
    signal input a;
    signal output b;
    signal {maxbit} t <== a;
    b <== Need()(t);
}
component main = Main();
