// A custom template holds a component.
pragma circom 2.1.0;
pragma custom_templates;
template T() { signal input a; signal output b; b <== a; }
template custom Gate() {
    signal input a;
    signal output b;
    component t = T(); // error: [E0017]
    t.a <-- a;
    b <-- t.b;
}
template Main() { signal input a; signal output b; b <== Gate()(a); }
component main = Main();
