// Declarations of buses with their values.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Make() { signal input v; output Point() p; p.x <== v; p.y <== v * v; }
template Main() {
    signal input a;
    signal output b;
    component make = Make();
    make.v <== a;
    Point() q <== make.p;
    Point() r <== Make()(a + 1);
    b <== q.y * r.x;
}
component main = Main();