// A public input without elements, and public inputs in another order than declared.
pragma circom 2.2.0;
template Main() { signal input z; signal input a[0]; signal input x; signal input y[2]; signal output c; c <== x * y[1] + z; }
component main {public [y, a, z]} = Main();
