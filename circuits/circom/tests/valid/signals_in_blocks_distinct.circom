// Signals and components declared in blocks.
pragma circom 2.2.0;
template Square() { signal input a; signal output b; b <== a * a; }
template Main() {
    signal input a;
    signal output o;
    signal output p;
    { signal s <== a + 1; component c = Square(); c.a <== s; o <== c.b; }
    { signal t <== a + 2; { component d = Square(); d.a <== t; p <== d.b; } }
}
component main = Main();
