// Variables, conditions, assertions and logs in a custom template.
pragma circom 2.2.0;
pragma custom_templates;
template custom Gate() {
    signal input a;
    signal output b;
    var x = a * a * a;
    if (a == 2) { x = 1; }
    b <-- x;
    assert(b == x);
    log("gate", a, b);
}
template Main() { signal input a; signal output b; b <== Gate()(a); }
component main = Main();
