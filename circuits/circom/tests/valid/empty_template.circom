// A template without signals as a component.
pragma circom 2.0.0;
template Nothing() { }
template Main() { signal input a; signal output o; component n = Nothing(); o <== a; }
component main = Main();