// The value of a tag is a number that is known when compiling.
pragma circom 2.1.0;
template Add() {
    signal input {maxbit} a;
    signal input {maxbit} b;
    signal output {maxbit} c;
    var most = a.maxbit > b.maxbit ? a.maxbit : b.maxbit;
    c.maxbit = most + 1;
    signal powers[c.maxbit];
    for (var i = 0; i < c.maxbit; i++) { powers[i] <== (a + i) * (b + i); }
    c <== a + b;
}
template Main() {
    signal input x;
    signal input y;
    signal output z;
    signal {maxbit} p;
    signal {maxbit} q;
    p.maxbit = 3;
    q.maxbit = 2;
    p <== x;
    q <== y;
    component add = Add();
    add.a <== p;
    add.b <== q;
    component again = Add();
    again.a <== add.c;
    again.b <== q;
    z <== again.c * add.c.maxbit;
}
component main = Main();