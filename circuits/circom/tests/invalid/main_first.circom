// The main component stands before its template.
pragma circom 2.2.0;
component main = Main();
template Main() { signal input a; signal output c; c <== a; } // error: [E0002]
