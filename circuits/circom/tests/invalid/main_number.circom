// The main component is a number.
pragma circom 2.2.0;
template Main() { signal input a; signal output b; b <== a; }
component main = 5; // error: [E0004]
