// An output is read before all fields of the component's bus have values.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template T() { input P() p; signal output o; o <== p.x; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.p.x <== a;
    b <== t.o; // error: [E0012]
}
component main = Main();
