// A function and a signal may have the same name in different scopes.
pragma circom 2.0.0;
function x(n) { return n + 1; }
template Main() { signal input a; signal output o; var y = x(3); { var a2 = 5; y += a2; } o <== a * y; }
component main = Main();
