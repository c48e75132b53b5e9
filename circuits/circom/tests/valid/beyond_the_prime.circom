// Decimal numbers beyond the prime.
pragma circom 2.0.0;
template Main() { signal input a; signal output o; o <== a + 21888242871839275222246405745257275088548364400416034343698204186575808495618; }
component main = Main();