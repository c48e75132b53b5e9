pragma circom 9.0.0; // error: [E0003]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
