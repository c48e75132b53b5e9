// A custom template that is also parallel.
pragma circom 2.1.0;
pragma custom_templates;
template custom parallel Gate() { signal input a; signal output b; b <-- a + 1; }
template Main() { signal input a; signal output b; b <== Gate()(a); }
component main = Main();
