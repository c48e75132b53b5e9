// A tuple of signals with lengths, declared with its values.
pragma circom 2.2.0;
template T() { signal input p; signal output q; signal output r[2]; q <== p; r <== [p, p + 1]; }
template Main() {
    signal input a;
    signal output o;
    signal (c, d[2]) <== T()(a);
    o <== c * d[1] + d[0];
}
component main = Main();
