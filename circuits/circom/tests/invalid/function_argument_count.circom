// A function gets one argument too few.
pragma circom 2.2.0;
function f(n, m) { return n + m; }
template Main() { signal input a; signal output b; b <== a * f(1); } // error: [E0007]
component main = Main();
