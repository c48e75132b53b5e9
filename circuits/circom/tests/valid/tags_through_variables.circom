// Variables, ternaries and inline arrays hand tags over, as long as nothing is computed.
pragma circom 2.2.0;
template Need() { signal input {m} in; signal output o; o <== in * in.m; }
template Both() { signal input {m} in[2]; signal output o; o <== in[0] * in[1] + in.m; }
template Main(n) {
    signal input a;
    signal output o[3];
    signal {m} s;
    s.m = 3;
    s <== a;
    signal {m} t;
    t.m = 4;
    t <== a + 1;
    signal {m} u;
    u.m = 3;
    u <== a + 2;
    var x = s;
    o[0] <== Need()(x);
    o[1] <== Need()(n == 1 ? s : t);
    o[2] <== Both()([s, (u)]);
}
component main = Main(2);
