// A definition of a variable outside of templates.
pragma circom 2.2.0;
var x = 3; // error: [E0002]
template Main() { signal input a; signal output b; b <== a * x; }
component main = Main();
