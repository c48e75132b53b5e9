// Arrays of buses and parts of them are constrained to be equal.
pragma circom 2.2.0;
bus Pair() { signal a; signal b; }
template Main() {
    input Pair() in[2];
    output Pair() out[2];
    out[0].a <-- in[0].a;
    out[0].b <-- in[0].b;
    out[1].a <-- in[1].a;
    out[1].b <-- in[1].b;
    out === in;
    out[1] === in[1];
}
component main = Main();
