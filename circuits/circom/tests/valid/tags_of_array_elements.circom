// The tag of one element is read from the array's.
pragma circom 2.2.0;
template Need() { signal input {maxbit} in; signal output out; out <== in * in.maxbit; }
template Main() {
    signal input a[2];
    signal output o[2];
    signal {maxbit} t[2];
    t.maxbit = 6;
    t <== a;
    o[0] <== Need()(t[0]);
    o[1] <== Need()(t[1]);
}
component main = Main();
