// An increment of a signal.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a;
    a++; // error: [E0008]
}
component main = Main();
