// A pragma of a version that had no buses, tags, tuples and anonymous components yet.
pragma circom 2.0.0;
bus P() { signal x; signal y; }
template T() { input P() p; signal output {m} b; signal output c; b.m = 5; b <== p.x; c <== p.y; }
template Main() {
    input P() p;
    signal output o;
    signal {m} s;
    signal t;
    (s, t) <== T()(p);
    o <== s * s.m + t;
}
component main = Main();
