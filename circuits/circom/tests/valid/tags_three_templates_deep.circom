// A tag's value goes through three templates and changes on the way.
pragma circom 2.2.0;
template Inner() { signal input {m} in; signal output {m} out; out.m = in.m + 1; out <== in + in.m; }
template Middle() { signal input {m} in; signal output {m} out; signal {m} t <== Inner()(in); out.m = t.m * 2; out <== t; }
template Main() {
    signal input a;
    signal output o;
    signal {m} s;
    s.m = 10;
    s <== a;
    signal {m} r <== Middle()(Middle()(s));
    o <== r * r.m;
}
component main = Main();
