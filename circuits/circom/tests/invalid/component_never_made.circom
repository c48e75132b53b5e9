// A component that is declared and used but not made.
pragma circom 2.2.0;
template T(n) { signal input a; signal output b; b <== a * n; }
template Main() {
    signal input a;
    signal output b;
    component t[2];
    t[0] = T(1);
    t[0].a <== a;
    b <== t[1].b; // error: [E0012]
}
component main = Main();
