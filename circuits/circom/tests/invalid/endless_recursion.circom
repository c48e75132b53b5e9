pragma circom 2.1.0;
template T(n) {
    signal input a;
    component t = T(n + 1); // error: [E0015]
    t.a <== a;
}
component main = T(0);
