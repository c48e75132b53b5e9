// An output that nothing assigns is legal, and free.
pragma circom 2.1.0;
template Main() { signal input a; signal output b; signal c; c <== a * a; }
component main = Main();