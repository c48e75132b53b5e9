// A tuple takes a bus and a signal, and an underscore drops a bus.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Split() {
    input Point() in;
    output Point() turned;
    signal output norm;
    turned.x <== -in.y;
    turned.y <== in.x;
    signal t <== in.x * in.x;
    norm <== t + in.y * in.y;
}
template Main() {
    input Point() p;
    output Point() q;
    signal output n;
    signal output m;
    Point() r;
    (r, n) <== Split()(p);
    (_, m) <== Split()(r);
    (q, _) <== Split()(r);
}
component main = Main();
