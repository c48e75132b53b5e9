// An input of a component is read before it has its value.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    b <== t.a; // error: [E0012]
    t.a <== a;
}
component main = Main();
