// A template within a template.
pragma circom 2.2.0;
template Main() {
    template T() { } // error: [E0002]
    signal input a;
    signal output b;
    b <== a;
}
component main = Main();
