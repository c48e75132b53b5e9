// An anonymous component gets an input too many.
pragma circom 2.2.0;
template T() { signal input a; signal output c; c <== a; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(a, a); // error: [E0007]
}
component main = Main();
