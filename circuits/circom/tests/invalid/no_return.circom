// A function without a return.
pragma circom 2.2.0;
function f(x) { x = x + 1; } // error: [E0008]
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
