// A program without a main component.
pragma circom 2.2.0;
template Main() { signal input a; signal output b; b <== a; } // error: [E0004]
