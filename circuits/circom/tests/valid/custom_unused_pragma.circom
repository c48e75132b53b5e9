// The pragma of custom templates without any.
pragma circom 2.1.0;
pragma custom_templates;
template Main() { signal input a; signal output b; b <== a * a; }
component main = Main();
