// The value of a tag depends on a signal.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {maxbit} b;
    b.maxbit = a; // error: [E0016]
    b <== a;
}
component main = Main();
