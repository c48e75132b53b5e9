// A bus has two fields of one name.
pragma circom 2.2.0;
bus P() { signal x; signal x; } // error: [E0005]
template Main() { input P() a; signal output b; b <== a.x; }
component main = Main();
