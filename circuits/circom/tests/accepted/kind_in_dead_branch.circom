// differs: a branch that a known condition leaves out is not elaborated
// An array plus a number, within a known condition that does not hold.
pragma circom 2.2.0;
template Main(n) {
    signal input a[2];
    signal output b;
    if (n == 1) { b <== a + 1; } else { b <== a[0]; }
}
component main = Main(2);
