// A version before the language of today.
pragma circom 0.5.46; // error: [E0003]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
