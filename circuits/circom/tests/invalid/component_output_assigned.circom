// An output of a component gets a value from outside.
pragma circom 2.2.0;
template T() { signal input a; signal output b; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a <== a;
    t.b <== a; // error: [E0008]
    b <== t.b;
}
component main = Main();
