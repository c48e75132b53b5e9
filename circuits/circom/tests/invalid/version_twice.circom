// Two versions.
pragma circom 2.0.0;
pragma circom 2.1.0; // error: [E0002]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
