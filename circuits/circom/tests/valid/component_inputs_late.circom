// Components in loops get their inputs in a later loop, from the last to the first.
pragma circom 2.2.0;
template Add() { signal input a; signal input b; signal output o; o <== a + b; }
template Main(n) {
    signal input x[n];
    signal output o;
    component add[n];
    for (var i = 0; i < n; i++) { add[i] = Add(); }
    for (var i = n - 1; i >= 0; i--) { add[i].b <== x[i]; }
    add[0].a <== 1;
    for (var i = 1; i < n; i++) { add[i].a <== add[i - 1].o * add[i - 1].o; }
    o <== add[n - 1].o;
}
component main = Main(4);
