// The tag of a component's output is set from outside.
pragma circom 2.2.0;
template T() { signal input a; signal output {maxbit} b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.b.maxbit = 3; // error: [E0016]
    t.a <== a;
    b <== t.b;
}
component main = Main();
