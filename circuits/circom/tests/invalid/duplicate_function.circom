// Two functions of one name.
pragma circom 2.2.0;
function f(x) { return x; }
function f(x, y) { return y; } // error: [E0005]
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
