// fewer: a product with a factor of zero is linear
// The values of tags decide conditions, constraints among them.
pragma circom 2.2.0;
template T() {
    signal input {m} in;
    signal output o;
    if (in.m > 3) { o <== in * in; } else { o <== in; }
    for (var i = 0; i < in.m; i++) { if (i == in.m - 1) { o * 1 === in ** 2 * (in.m > 3) + in * (in.m <= 3); } }
}
template Main() {
    signal input a;
    signal output o[2];
    signal {m} s;
    signal {m} t;
    s.m = 2;
    t.m = 4;
    s <== a;
    t <== a;
    o[0] <== T()(s);
    o[1] <== T()(t);
}
component main = Main();
