// Buses go in and out of components.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Swap() {
    input Point() in;
    output Point() out;
    out.x <== in.y;
    out.y <== in.x;
}
template Main() {
    input Point() p;
    output Point() q;
    component first = Swap();
    component second = Swap();
    first.in <== p;
    second.in.x <== first.out.x * p.x;
    second.in.y <== first.out.y;
    q <== second.out;
}
component main = Main();