// Buses of buses.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
bus Line(n) { Point() ends[n]; signal name; }
template Main() {
    input Line(2) line;
    signal output out;
    signal t <== line.ends[0].x * line.ends[1].y;
    out <== t + line.name;
}
component main {public [line]} = Main();