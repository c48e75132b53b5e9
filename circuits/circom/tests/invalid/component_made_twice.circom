// A component is made twice.
pragma circom 2.2.0;
template T(n) { signal input a; signal output b; b <== a * n; }
template Main() {
    signal input a;
    signal output b;
    component t;
    t = T(1);
    t = T(2); // error: [E0011]
    t.a <== a;
    b <== t.b;
}
component main = Main();
