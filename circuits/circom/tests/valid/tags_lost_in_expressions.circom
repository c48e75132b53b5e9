// An expression has no tags; only a plain signal hands them over.
pragma circom 2.2.0;
template Need() { signal input {maxbit} in; signal output out; out <== in * in.maxbit; }
template Main() {
    signal input a;
    signal output o;
    signal {maxbit} t;
    t.maxbit = 3;
    t <== a;
    signal {maxbit} u;
    u.maxbit = 4;
    u <== t + 1;
    signal v <== t;
    signal x <== Need()(u);
    o <== Need()(v) ;
}
component main = Main();
