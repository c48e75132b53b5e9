// Variables take the outputs of anonymous components.
pragma circom 2.2.0;
template T(n) { signal input a; signal output b; b <== a * a + n; }
template Two() { signal input a; signal output b; signal output c[2]; b <== a; c <== [a + 1, a + 2]; }
template Main() {
    signal input a;
    signal output o[2];
    var x = T(1)(a);
    var y;
    y = T(2)(x);
    var t[2];
    (_, t) = Two()(y + x);
    o[0] <== y * x;
    o[1] <== t[0] * t[1];
}
component main = Main();
