// The elements of an array of components have different templates.
pragma circom 2.2.0;
template S() { signal input a; signal output b; b <== a; }
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t[2];
    t[0] = S();
    t[1] = T(); // error: [E0008]
    t[0].a <== a;
    t[1].a <== a;
    b <== t[0].b;
}
component main = Main();
