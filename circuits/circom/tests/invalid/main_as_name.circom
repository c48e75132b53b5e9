// `main` is a keyword.
pragma circom 2.2.0;
function main(x) { return x; } // error: [E0002]
template Main() { signal input a; signal output c; c <== a * main(2); }
component main = Main();
