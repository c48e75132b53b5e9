// inputs: below 4
// Hints in nested unknown conditions, and a signal read in the branch that assigned it.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output b;
    signal output c;
    signal s;
    if (a == 1) { if (n == 2) { b <-- 1; } } else { if (a == 2) { b <-- 2; } else { b <-- 3; } }
    if (a < 2) { s <-- a + 4; c <-- s * 2; } else { c <-- 3; }
}
component main = Main(3);
