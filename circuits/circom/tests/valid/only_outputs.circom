// Templates with outputs alone.
pragma circom 2.0.0;
template Constant(n) { signal output o; o <== n; }
template Main() { signal output o; component c = Constant(7); component d = Constant(8); o <== c.o * d.o; }
component main = Main();