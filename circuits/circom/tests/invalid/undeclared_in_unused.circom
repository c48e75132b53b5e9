// An undeclared name in a template that nothing uses.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a * zzz; } // error: [E0006]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
