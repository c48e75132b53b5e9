// Parts of nested buses are assigned as wholes: a bus in a bus, an array in a bus.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
bus Segment() { Point() from; Point() to; signal marks[2]; }
template Main() {
    input Segment() in;
    output Segment() out;
    output Point() middle;
    out.from <== in.to;
    out.to <== in.from;
    out.marks <== in.marks;
    middle.x <== (in.from.x + in.to.x) / 2;
    middle.y <== (in.from.y + in.to.y) / 2;
}
component main = Main();
