// A product on both sides.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input b;
    signal output c;
    c <== a;
    a * b === c * c; // error: [E0010]
}
component main = Main();
