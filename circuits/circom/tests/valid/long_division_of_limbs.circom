// inputs: below 4294967296
// Division of a number in limbs by another, with an estimate of each digit that only the witness knows.
pragma circom 2.2.0;
function short_div(n, high, low, divisor) {
    var q = (high * (1 << n) + low) \ divisor;
    if (q > (1 << n) - 1) { return (1 << n) - 1; }
    return q;
}
function div(n, k, a, b) {
    var r[2][4];
    var rest = 0;
    for (var i = k - 1; i >= 0; i--) {
        r[0][i] = short_div(n, rest, a[i], b);
        rest = rest * (1 << n) + a[i] - r[0][i] * b;
    }
    r[1][0] = rest;
    return r;
}
template Main(n, k) {
    signal input a[k];
    signal input b;
    signal output q[k];
    signal output r;
    var d = b + 1;
    var both[2][4] = div(n, k, a, d);
    for (var i = 0; i < k; i++) { q[i] <-- both[0][i]; }
    r <-- both[1][0];
}
component main = Main(32, 4);
