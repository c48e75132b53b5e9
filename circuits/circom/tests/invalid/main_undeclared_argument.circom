// An argument of the main component is a name.
pragma circom 2.2.0;
template Main(n) { signal input a; signal output b; b <== a * n; }
component main = Main(n); // error: [E0006]
