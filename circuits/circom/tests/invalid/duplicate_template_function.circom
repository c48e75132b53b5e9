// A function and a template of one name.
pragma circom 2.2.0;
function f(x) { return x; }
template f() { signal output b; b <== 1; } // error: [E0005]
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
