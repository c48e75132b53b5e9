// A template with extern_c.
pragma circom 2.1.0;
pragma custom_templates;
template custom extern_c Gate() { signal input a; signal output b; b <-- a * a; }
template Main() { signal input a; signal output b; b <== Gate()(a); }
component main = Main();
