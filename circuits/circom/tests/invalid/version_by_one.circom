// The next version.
pragma circom 2.2.4; // error: [E0003]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
