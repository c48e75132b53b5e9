// A tag gets its value after the signal has got its own.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output {maxbit} b;
    b <== a;
    b.maxbit = 4; // error: [E0016]
}
component main = Main();
