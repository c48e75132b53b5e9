// A whole bus is assigned without constraints.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Main() {
    input Point() in;
    output Point() out;
    out <-- in;
    out.x === in.x;
    in.y * 1 === out.y;
}
component main = Main();
