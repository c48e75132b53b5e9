// A function recurses without end.
pragma circom 2.2.0;
function f(n) { return f(n + 1) + 1; } // error: [E0015]
template Main() { signal input a; signal output b; b <== a * f(0); }
component main = Main();
