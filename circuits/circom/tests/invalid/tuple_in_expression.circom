// A tuple is no number.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== (a, 1) + 1; // error: [E0008]
}
component main = Main();
