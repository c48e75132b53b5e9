// A tag that has a value keeps it when the signal takes a value from another with the same tag.
pragma circom 2.2.0;
template Need() { signal input {m} in; signal output o; o <== in * in.m; }
template Main() {
    signal input a;
    signal output o[4];
    signal {m} s;
    s.m = 2;
    s <== a;
    signal {m} own;
    own.m = 9;
    own <== s;
    signal {m} taken;
    taken <== s;
    signal {m} hinted;
    hinted.m = 7;
    hinted <-- a + 1;
    o[0] <== a * own.m;
    o[1] <== a * taken.m;
    o[2] <== Need()(own);
    o[3] <== Need()(hinted);
}
component main = Main();
