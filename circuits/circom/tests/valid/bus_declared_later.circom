// Buses are declared after the templates that use them, and in any order.
pragma circom 2.2.0;
template Main() {
    input Outer() in;
    signal output out;
    out <== in.inner.a * in.b;
}
bus Outer() { Inner() inner; signal b; }
bus Inner() { signal a; }
component main = Main();
