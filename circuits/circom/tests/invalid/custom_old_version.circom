// Custom templates in a version before them.
pragma circom 2.0.5; // error: [E0003]
pragma custom_templates;
template custom Gate() { signal input a; signal output b; b <-- a; }
template Main() { signal input a; signal output b; b <== Gate()(a); }
component main = Main();
