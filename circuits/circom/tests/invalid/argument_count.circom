pragma circom 2.1.0;
template T(n) { signal input a; signal output b; b <== a * n; }
template Main() {
    signal input a;
    component t = T(1, 2); // error: [E0007]
    t.a <== a;
}
component main = Main();
