// The elements of one array get different values of a tag.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal {m} s; s.m = 1; s <== a;
    signal {m} t; t.m = 2; t <== a;
    signal {m} u[2];
    u[0] <== s;
    u[1] <== t;
    b <== a * u.m; // error: [E0016]
}
component main = Main();
