// Statements behind a return do nothing.
pragma circom 2.2.0;
function f(x) { return x; x = 1; return 2; }
template Main() { signal input a; signal output o; o <== a * f(2); }
component main = Main();
