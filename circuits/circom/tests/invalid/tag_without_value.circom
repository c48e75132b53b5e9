// The value of a tag is read that has none.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal {maxbit} t <== a;
    b <== a * t.maxbit; // error: [E0016]
}
component main = Main();
