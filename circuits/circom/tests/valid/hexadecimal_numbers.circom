// Hexadecimal numbers, also beyond the prime.
pragma circom 2.0.0;
template Main() { signal input a; signal output o; o <== a * 0xff + 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000005; }
component main = Main();