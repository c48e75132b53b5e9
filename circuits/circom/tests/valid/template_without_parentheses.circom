// Templates and buses without parameters are declared without parentheses.
pragma circom 2.2.0;
bus P { signal x; signal y; }
template Square { signal input a; signal output b; b <== a * a; }
template Main {
    input P p;
    signal output o;
    component s = Square();
    s.a <== p.x;
    o <== s.b + p.y;
}
component main = Main();
