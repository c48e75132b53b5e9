// inputs: below 6
// Hints in loops under unknown conditions, elements of signals in both branches.
pragma circom 2.2.0;
template Main(n) {
    signal input a[n];
    signal output o[n];
    signal t[n];
    for (var i = 0; i < n; i++) {
        if (a[i] > 2) { t[i] <-- a[i] - 2; } else { t[i] <-- 2 - a[i]; }
        o[i] <== t[i] * t[i];
    }
}
component main = Main(3);
