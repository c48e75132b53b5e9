// Public inputs that are an array of buses, and a signal declared between.
pragma circom 2.2.0;
bus Pair() { signal a; signal b[2]; }
template Main() {
    input Pair() in[2];
    signal input k;
    input Pair() other;
    signal output out;
    signal t <== in[0].a * in[1].b[1];
    out <== t + k * other.b[0];
}
component main {public [other, in]} = Main();
