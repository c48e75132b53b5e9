// One element of a component's input has no value when an output is read.
pragma circom 2.2.0;
template T() { signal input a[2]; signal output b; b <== a[0]; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a[0] <== a;
    b <== t.b; // error: [E0012]
}
component main = Main();
