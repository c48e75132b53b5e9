// differs: a branch that a known condition leaves out is not elaborated
// A constraint under an unknown condition, within a known condition that does not hold.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output b;
    b <== a;
    if (n == 1) {
        if (a == 1) { b === a; }
    }
}
component main = Main(2);
