// A function has two parameters of one name.
pragma circom 2.2.0;
function f(x, x) { return x; } // error: [E0005]
template Main() { signal input a; signal output b; b <== a * f(1, 2); }
component main = Main();
