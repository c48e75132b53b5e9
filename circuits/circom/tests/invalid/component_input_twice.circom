// An input of a component gets two values.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a <== a;
    t.a <== a; // error: [E0011]
    b <== t.b;
}
component main = Main();
