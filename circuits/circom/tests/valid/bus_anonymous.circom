// Anonymous components whose outputs are buses.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Both() {
    input Point() in;
    output Point() same;
    output Point() swapped;
    same <== in;
    swapped.x <== in.y;
    swapped.y <== in.x;
}
template Main() {
    input Point() p;
    signal output out;
    Point() a;
    Point() b;
    (a, b) <== Both()(p);
    out <== a.x * b.x;
}
component main = Main();