// Outputs that are outputs of components.
pragma circom 2.0.0;
template Pass() { signal input a; signal output b; b <== a; }
template Main() { signal input a; signal output o; signal output p; component x = Pass(); x.a <== a; o <== x.b; p <== x.b; }
component main = Main();