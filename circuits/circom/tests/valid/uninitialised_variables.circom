// Variables are zero at first.
pragma circom 2.0.0;
template Main() { signal input a; signal output o; var x; var y[2][2]; o <== a + x + y[1][0]; }
component main = Main();