// A program without anything.
pragma circom 2.1.0; // error: [E0004]
