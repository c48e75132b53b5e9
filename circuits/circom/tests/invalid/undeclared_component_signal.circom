// A signal that the component does not have.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.c <== a; // error: [E0006]
    b <== t.b;
}
component main = Main();
