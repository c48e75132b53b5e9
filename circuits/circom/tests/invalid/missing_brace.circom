// A block without an end.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    if (1) { b <== a;
}
component main = Main(); // error: [E0002]
