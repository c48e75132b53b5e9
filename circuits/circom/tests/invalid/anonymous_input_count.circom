// An anonymous component gets an input too few.
pragma circom 2.2.0;
template T() { signal input a; signal input b; signal output c; c <== a * b; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(a); // error: [E0007]
}
component main = Main();
