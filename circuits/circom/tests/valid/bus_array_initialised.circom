// An array of buses is initialised by its declaration.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main() {
    input P() in[2];
    output P() out[2] <== in;
    P() copy[2] <== out;
    signal output s <== copy[0].x * copy[1].y;
}
component main = Main();
