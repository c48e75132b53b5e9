// Inputs of a component get their values under a condition that only the witness tells.
pragma circom 2.0.0;
template Square() { signal input i; signal output o; o <== i * i; }
template Main() {
    signal input a;
    signal output o;
    component s = Square();
    if (a == 0) { s.i <-- 1; } else { s.i <-- a + 2; }
    o <== s.o;
}
component main = Main();