// A version of two numbers.
pragma circom 2.1; // error: [E0002]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
