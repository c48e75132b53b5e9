pragma circom 2.1.0;
template T() { signal input a; signal x; signal output b; x <== a * a; b <== x; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a <== a;
    b <== t.x; // error: [E0008]
}
component main = Main();
