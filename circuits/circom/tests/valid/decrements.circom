// Loops that count down, and prefix operators.
pragma circom 2.0.0;
template Main() {
    signal input a[4];
    signal output o;
    var s = 0;
    for (var i = 3; i >= 0; i--) { s = s * 2 + a[i]; }
    o <== s + - 3 + !0;
}
component main = Main();