// Fields of a component's bus input are assigned one by one, in any order, and its outputs read.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Add() {
    input Point() a;
    input Point() b;
    output Point() c;
    c.x <== a.x + b.x;
    c.y <== a.y * b.y;
}
template Main() {
    signal input v[4];
    signal output out[2];
    component add = Add();
    add.b.y <== v[3];
    add.a.x <== v[0];
    add.b.x <== v[2];
    add.a.y <== v[1];
    out[0] <== add.c.y;
    out[1] <== add.c.x;
}
component main = Main();
