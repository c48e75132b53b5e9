// Anonymous components with named inputs that are buses, nested in one another.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Make() { signal input x; signal input y; output Point() p; p.x <== x; p.y <== y; }
template Dot() { input Point() a; input Point() b; signal output o; signal t <== a.x * b.x; o <== t + a.y * b.y; }
template Main() {
    signal input u;
    input Point() v;
    signal output out;
    out <== Dot()(b <== Make()(y <== u + 1, x <== u), a <== v);
}
component main = Main();
