// A bus and a template of one name.
pragma circom 2.2.0;
template P() { signal input x; }
bus P() { signal y; } // error: [E0005]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
