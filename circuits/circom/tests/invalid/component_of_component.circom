// A component of a component is not seen from outside.
pragma circom 2.2.0;
template S() { signal input a; signal output b; b <== a; }
template T() { signal input a; signal output b; component s = S(); s.a <== a; b <== s.b; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a <== a;
    b <== t.s.b; // error: [E0006]
}
component main = Main();
