// The main component gets one argument too many.
pragma circom 2.2.0;
template Main(n) { signal input a; signal output b; b <== a * n; }
component main = Main(1, 2); // error: [E0007]
