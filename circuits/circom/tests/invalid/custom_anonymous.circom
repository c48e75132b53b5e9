// An anonymous component in a custom template.
pragma circom 2.2.0;
pragma custom_templates;
template S() { signal input a; signal output b; b <== a; }
template custom T() {
    signal input a;
    signal output b;
    b <== S()(a); // error: [E0017]
}
template Main() { signal input a; signal output b; b <== T()(a); }
component main = Main();
