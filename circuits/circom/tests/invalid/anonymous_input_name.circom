// An anonymous component gets an input that it does not have.
pragma circom 2.2.0;
template T() { signal input a; signal input b; signal output c; c <== a * b; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(a <== a, x <== a); // error: [E0012]
}
component main = Main();
