// The inputs of the main component have no tags.
pragma circom 2.2.0;
template Main() { signal input {binary} a; signal output b; b <== a; }
component main = Main(); // error: [E0016]
