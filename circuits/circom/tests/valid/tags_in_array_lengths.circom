// fewer: a sum that begins with zero is an equality, which is eliminated
// The values of tags are lengths of arrays, arguments of templates and bounds of loops.
pragma circom 2.2.0;
template Powers(n) { signal input in; signal output out[n]; out[0] <== in; for (var i = 1; i < n; i++) { out[i] <== out[i - 1] * in; } }
template Take() {
    signal input {count} in;
    signal output out;
    component p = Powers(in.count);
    p.in <== in;
    signal sums[in.count + 1];
    sums[0] <== 0;
    for (var i = 0; i < in.count; i++) { sums[i + 1] <== sums[i] + p.out[i]; }
    out <== sums[in.count];
}
template Main() {
    signal input a;
    signal output o[2];
    signal {count} s;
    signal {count} t;
    s.count = 2;
    t.count = 4;
    s <== a;
    t <== a + 1;
    o[0] <== Take()(s);
    o[1] <== Take()(t);
}
component main = Main();
