// An anonymous component has more outputs than the tuple has places.
pragma circom 2.2.0;
template T() { signal input a; signal output b; signal output c; signal output d; b <== a; c <== a; d <== a; }
template Main() {
    signal input a;
    signal output b;
    signal output c;
    (b, c) <== T()(a); // error: [E0007]
}
component main = Main();
