// There are no empty statements.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;; // error: [E0002]
    c <== a;
}
component main = Main();
