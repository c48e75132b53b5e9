// A component is assigned with an arrow.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t;
    t <== T(); // error: [E0008]
    t.a <== a;
    b <== t.b;
}
component main = Main();
