// A bus that is an output has a field without a value, and is handed on as a whole.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template T() { signal input a; output P() p; p.x <== a; }
template Main() {
    signal input a;
    output P() b;
    component t = T();
    t.a <== a;
    b <== t.p;
}
component main = Main();
