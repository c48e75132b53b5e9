// An anonymous component gets one input twice.
pragma circom 2.2.0;
template T() { signal input a; signal input b; signal output c; c <== a * b; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(a <== a, a <== a); // error: [E0005]
}
component main = Main();
