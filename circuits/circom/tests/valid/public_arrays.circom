// Public inputs of several axes stand in the order of their declarations.
pragma circom 2.0.0;
template Main() { signal input a[2]; signal input b[2][2]; signal input c; signal output o; o <== a[1] * b[1][0] + c; }
component main {public [b, a]} = Main();