// An input that comes before the component that it depends on, by a variable.
pragma circom 2.2.0;
template Add() { signal input a; signal input b; signal output o; o <== a + b; }
template Main(n) {
    signal input x;
    signal output o;
    component p = Add();
    component q = Add();
    q.a <== x;
    p.a <== q.a * 2;
    p.b <== q.a;
    q.b <== p.o;
    o <== q.o * p.o;
}
component main = Main(4);
