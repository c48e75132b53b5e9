// The fields of a bus that the main component takes have no tags.
pragma circom 2.2.0;
bus P() { signal {binary} x; }
template Main() { input P() a; signal output b; b <== a.x; }
component main = Main(); // error: [E0016]
