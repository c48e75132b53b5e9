// A bus as input and output, its fields used one by one.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Main() {
    input Point() p;
    output Point() q;
    q.x <== p.y * p.y;
    q.y <== p.x + 1;
}
component main = Main();