// An anonymous component in a function.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
function f(x) { return T()(x); } // error: [E0008]
template Main() { signal input a; signal output b; b <== f(a); }
component main = Main();
