// A signal is declared with `=`.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b = a; // error: [E0008]
}
component main = Main();
