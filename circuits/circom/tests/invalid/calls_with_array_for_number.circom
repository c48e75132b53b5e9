// A function gets an array where it computes with a number.
pragma circom 2.2.0;
function f(n) { return n + 1; } // error: [E0008]
template Main() { signal input a; signal output b; b <== a * f([1, 2]); }
component main = Main();
