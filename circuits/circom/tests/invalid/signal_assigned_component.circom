// A signal is given a component.
pragma circom 2.2.0;
template T() { signal output b; b <== 1; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    b <== t; // error: [E0008]
}
component main = Main();
