// A signal that nothing assigns is zero in the witness.
pragma circom 2.0.0;
template Main() { signal input a; signal output o; signal s; o <== a * a; }
component main = Main();