// A template gets an array where it computes with a number.
pragma circom 2.2.0;
template T(n) { signal input a; signal output b; b <== a * n; } // error: [E0008]
template Main() { signal input a; signal output b; b <== T([1, 2])(a); }
component main = Main();
