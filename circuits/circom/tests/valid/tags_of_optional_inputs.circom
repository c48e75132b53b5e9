// Inputs without tags take tagged signals, and lose nothing by it.
pragma circom 2.2.0;
template Plain() { signal input in; signal output out; out <== in * in; }
template Main() {
    signal input a;
    signal output o;
    signal {x, y} t;
    t.x = 1;
    t <== a;
    o <== Plain()(t);
}
component main = Main();
