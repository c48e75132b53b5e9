// Buses and components declared under known conditions.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Swap() { input P() a; output P() b; b.x <== a.y; b.y <== a.x; }
template Main(n) {
    input P() in;
    output P() out;
    if (n == 1) {
        P() t;
        t <== Swap()(in);
        out <== t;
    } else {
        out <== in;
    }
}
component main = Main(1);
