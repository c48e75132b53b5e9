// inputs: below 4
// Outputs of components decide what is assigned to others' inputs.
pragma circom 2.2.0;
template Less() { signal input a; signal input b; signal output o; o <-- a < b; o * (o - 1) === 0; }
template Main() {
    signal input a;
    signal input b;
    signal output o;
    component l = Less();
    component m = Less();
    l.a <== a;
    l.b <== b;
    if (l.o == 1) { m.a <-- b; } else { m.a <-- a; }
    m.b <== 2;
    o <== m.o + 2 * l.o;
}
component main = Main();
