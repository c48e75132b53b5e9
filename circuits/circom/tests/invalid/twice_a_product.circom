// Twice the same product is refused.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input b;
    signal output c;
    c <== a * b + a * b; // error: [E0010]
}
component main = Main();
