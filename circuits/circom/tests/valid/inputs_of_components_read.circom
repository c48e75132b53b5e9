// Inputs of components are read from outside.
pragma circom 2.2.0;
template T() { signal input a[2]; signal output b; b <== a[0] * a[1]; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a[0] <== a;
    t.a[1] <== t.a[0] + 1;
    b <== t.a[0] * t.b + t.a[1];
}
component main = Main();
