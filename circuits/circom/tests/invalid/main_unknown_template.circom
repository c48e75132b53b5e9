// The main component is of no template.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
component main = Main(); // error: [E0006]
