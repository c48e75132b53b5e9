// An array of buses is assigned as a whole, and a row of it.
pragma circom 2.2.0;
bus Pair() { signal a; signal b; }
template Copy() {
    input Pair() in[3];
    output Pair() out[3];
    out <== in;
}
template Main() {
    input Pair() in[2][3];
    output Pair() out[3];
    component copy = Copy();
    copy.in <== in[1];
    out <== copy.out;
}
component main = Main();