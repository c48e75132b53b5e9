// Constraints within known loops in functions' results, with several variables.
pragma circom 2.2.0;
function bits(n) { var c = 0; while (n) { n >>= 1; c++; } return c; }
template Main(n) {
    signal input a;
    signal output o;
    signal t[bits(n) + 1];
    var i = 0;
    var j = bits(n);
    t[0] <== a;
    while (i < j) { if ((n >> i) & 1) { t[i + 1] <== t[i] * a; } else { t[i + 1] <== t[i] + i; } i++; }
    o <== t[j];
}
component main = Main(13);
