// A power with a signal as exponent.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== 2 ** a; // error: [E0010]
}
component main = Main();
