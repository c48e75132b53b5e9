// A known condition skips what could not be compiled: cubic constraints, failing assertions, indices out of bounds.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output o;
    var t[2];
    if (n == 1) { o <== a * a * a; assert(1 == 2); t[5] = 1; } else { o <== a; }
    for (var i = 0; i < n - 2; i++) { assert(1 == 2); }
}
component main = Main(2);
