// A row of a tagged array has the array's tag and its value.
pragma circom 2.2.0;
template Need() { signal input {m} in[2]; signal output o; o <== in[0] * in.m + in[1]; }
template Main() {
    signal input a[3][2];
    signal output o[3];
    signal {m} s[3][2];
    s.m = 3;
    for (var i = 0; i < 3; i++) { s[i] <== a[2 - i]; o[i] <== Need()(s[i]); }
}
component main = Main();
