pragma circom 2.1.0;
template T() { signal input a; signal input c; signal output b; b <== a * c; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a <== a;
    b <== t.b; // error: [E0012]
}
component main = Main();
