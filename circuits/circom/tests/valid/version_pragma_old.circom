// An old version in the pragma.
pragma circom 2.0.0;
template Main() { signal input a; signal output b; b <== a * a; }
component main = Main();
