// inputs: below 100
// Assertions in functions of signals.
pragma circom 2.0.0;
function checked(x) { assert(x < 1000); return x * 2; }
template Main(n) {
    signal input a;
    signal output o;
    assert(n > 2);
    assert(a != 1000);
    if (a > 50) { assert(a < 2000); }
    o <-- checked(a);
}
component main = Main(5);