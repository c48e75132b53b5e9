// Functions that call one another, with known and unknown values.
pragma circom 2.2.0;
function even(n) { if (n == 0) { return 1; } return odd(n - 1); }
function odd(n) { if (n == 0) { return 0; } return even(n - 1); }
template Main(n) {
    signal input a;
    signal output o[2];
    o[0] <== a * even(n) + odd(n);
    o[1] <-- even(a & 15) * 2 + odd(a & 7);
}
component main = Main(7);
