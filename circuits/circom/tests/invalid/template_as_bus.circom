// A signal is declared of a template.
pragma circom 2.2.0;
template T() { signal x; }
template Main() {
    signal input a;
    signal output b;
    T() t; // error: [E0008]
    b <== a;
}
component main = Main();
