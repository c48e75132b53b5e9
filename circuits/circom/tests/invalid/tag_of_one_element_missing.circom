// One element of an input that needs a tag gets a signal without it.
pragma circom 2.2.0;
template Need() { signal input {m} in[2]; signal output o; o <== in[0]; }
template Main() {
    signal input a;
    signal output b;
    signal {m} s <== a;
    component n = Need();
    n.in[0] <== s;
    n.in[1] <== a; // error: [E0016]
    b <== n.o;
}
component main = Main();
