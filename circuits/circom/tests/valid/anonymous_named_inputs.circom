// Inputs of anonymous components by name, in any order.
pragma circom 2.1.0;
template Minus() { signal input a; signal input b; signal output c; c <== a - b; }
template Main() {
    signal input x;
    signal input y;
    signal output z;
    signal d <== Minus()(b <== y, a <== x);
    z <== d * d;
}
component main = Main();