// A function that returns only in a loop.
pragma circom 2.2.0;
function f(x) { while (x > 0) { return 2; } } // error: [E0008]
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
