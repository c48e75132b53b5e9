// Fields of buses in logs, assertions and ternaries.
pragma circom 2.2.0;
bus P() { signal x; signal y[2]; }
template Main(n) {
    input P() in;
    signal output out;
    log("x", in.x, in.y[0] + 1);
    assert(in.x == in.x);
    out <== n == 1 ? in.x : in.y[n];
}
component main = Main(1);
