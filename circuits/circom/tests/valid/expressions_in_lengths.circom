// Lengths and indices are expressions with all operators, calls and ternaries.
pragma circom 2.2.0;
function f(n) { return n > 2 ? n \ 2 : n ** 2; }
template Main(n) {
    signal input a[f(n) + 1];
    signal output o[(n << 1) % 5];
    var t[n & 3 | 4][f(1) + (n == 4)];
    t[n - 1][n == 4 ? 1 : 0] = 3;
    for (var i = 0; i < (n << 1) % 5; i++) { o[i] <== a[i % f(n)] * t[n \ 2 + 1][!0]; }
}
component main = Main(4);
