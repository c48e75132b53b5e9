// The tag of an input gets a value.
pragma circom 2.2.0;
template Need() {
    signal input {maxbit} a;
    signal output b;
    a.maxbit = 3; // error: [E0016]
    b <== a;
}
template Main() {
    signal input a;
    signal output b;
    signal {maxbit} t <== a;
    b <== Need()(t);
}
component main = Main();
