// Buses are not given to functions.
pragma circom 2.2.0;
bus P() { signal x; }
function f(p) { return 1; }
template Main() { input P() a; signal output b; b <== f(a); } // error: [E0008]
component main = Main();
