// The main component is a function.
pragma circom 2.2.0;
function f(n) { return n; }
component main = f(1); // error: [E0008]
