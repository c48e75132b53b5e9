// inputs: below 8
// Assertions: known, of signals, in loops, under unknown conditions and in functions.
pragma circom 2.2.0;
function positive(x) { assert(x >= 0); return x; }
template Main(n) {
    signal input a;
    signal output o;
    assert(n == 3);
    assert(n);
    var x = positive(n);
    for (var i = 0; i < n; i++) { assert(i < n); assert(a != 100 + i); }
    if (a > 3) { assert(a < 7); x = 2; }
    assert(a * a < 50);
    o <-- x + positive(a);
}
component main = Main(3);
