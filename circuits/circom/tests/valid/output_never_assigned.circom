// An output of a component that nothing assigns is read.
pragma circom 2.2.0;
template T() { signal input a; signal output b; signal output c; c <== a * a; }
template Main() {
    signal input a;
    signal output b;
    component t = T();
    t.a <== a;
    b <== t.b + t.c;
}
component main = Main();
