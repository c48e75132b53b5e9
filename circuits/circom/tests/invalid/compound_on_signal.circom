// A compound operator on a signal.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a;
    b += 1; // error: [E0008]
}
component main = Main();
