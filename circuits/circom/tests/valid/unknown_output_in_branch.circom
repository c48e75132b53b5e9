// inputs: below 3
// An output is read in the branch that gives the component its input.
pragma circom 2.2.0;
template T() { signal input a; signal output o; o <== a * 2; }
template Main() {
    signal input a;
    signal output o;
    component c = T();
    var x;
    if (a == 1) { c.a <-- a + 4; x = c.o; } else { c.a <-- 5; x = 3 * c.o; }
    o <-- x;
}
component main = Main();
