// A tag gets two values.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {maxbit} b;
    b.maxbit = 4;
    b.maxbit = 5; // error: [E0016]
    b <== a;
}
component main = Main();
