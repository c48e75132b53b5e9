// Functions know no fields.
pragma circom 2.2.0;
function f(p) { return p.x; } // error: [E0008]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
