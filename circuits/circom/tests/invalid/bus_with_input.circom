// The fields of a bus are neither inputs nor outputs.
pragma circom 2.2.0;
bus P() { signal input x; } // error: [E0008]
template Main() { input P() p; signal output a; a <== p.x; }
component main = Main();
