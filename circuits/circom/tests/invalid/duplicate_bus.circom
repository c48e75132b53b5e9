// Two buses of one name.
pragma circom 2.2.0;
bus P() { signal x; }
bus P() { signal y; } // error: [E0005]
template Main() { input P() a; signal output b; b <== a.x; }
component main = Main();
