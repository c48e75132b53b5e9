// A grid of components of two templates, in any order.
pragma circom 2.0.0;
template Scale(k) { signal input a; signal output b; b <== a * k; }
template Main() {
    signal input a;
    signal output o;
    component c[2][3];
    for (var j = 2; j >= 0; j--) { for (var i = 0; i < 2; i++) { c[i][j] = Scale(10 * i + j); } }
    var s = 0;
    for (var i = 0; i < 2; i++) { for (var j = 0; j < 3; j++) { c[i][j].a <== a + i; s += c[i][j].b; } }
    o <== s * s;
}
component main = Main();