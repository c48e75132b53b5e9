// A custom template has no constraints.
pragma circom 2.0.6;
pragma custom_templates;
template custom Gate(n) { signal input a; signal output b; b <-- a * n; }
template Main() {
    signal input a;
    signal output b;
    component gate = Gate(3);
    gate.a <== a;
    b <== gate.b;
}
component main = Main();