pragma circom 2.1.0;
template Main() { signal input a; signal output b; b <== a * a; }
component main = Main();
component main = Main(); // error: [E0004]
