// A custom template is the main component.
pragma circom 2.1.0;
pragma custom_templates;
template custom Main() { signal input a; signal output b; b <-- a * a; }
component main = Main();
