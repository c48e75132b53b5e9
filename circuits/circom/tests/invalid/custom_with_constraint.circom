// A custom template holds a constraint.
pragma circom 2.1.0;
pragma custom_templates;
template custom Gate() {
    signal input a;
    signal output b;
    b <-- a * a;
    b === a * a; // error: [E0017]
}
template Main() { signal input a; signal output b; b <== Gate()(a); }
component main = Main();
