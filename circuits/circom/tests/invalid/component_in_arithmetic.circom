// A component is no number.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a <== a;
    b <== t * 2; // error: [E0008]
}
component main = Main();
