// A function that returns only on one path.
pragma circom 2.2.0;
function f(x) { if (x == 1) { return 2; } } // error: [E0008]
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
