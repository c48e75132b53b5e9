// A first power of a signal is refused, however linear it is.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a ** 1; // error: [E0010]
}
component main = Main();
