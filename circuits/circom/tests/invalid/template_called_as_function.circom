// A template is called like a function.
pragma circom 2.2.0;
template T(n) { signal output o; o <== n; }
template Main() { signal input a; signal output b; b <== a * T(1); } // error: [E0008]
component main = Main();
