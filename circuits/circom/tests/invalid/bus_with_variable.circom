// A bus holds a variable.
pragma circom 2.2.0;
bus P() { signal x; var y; } // error: [E0008]
template Main() { input P() p; signal output a; a <== p.x; }
component main = Main();
