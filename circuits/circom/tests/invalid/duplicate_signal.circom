// A signal is declared twice.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal b; // error: [E0005]
    b <== a;
}
component main = Main();
