// Arrays of three axes as parameters of templates and functions.
pragma circom 2.2.0;
function corner(t, i) { return t[i][i][i]; }
template Use(t, n) {
    signal input a;
    signal output o;
    var s = 0;
    for (var i = 0; i < n; i++) { s += corner(t, i) * (10 ** i); }
    o <== a * s + t[0][1][0];
}
template Main() {
    signal input a;
    signal output o;
    var t[2][2][2] = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]];
    o <== Use(t, 2)(a);
}
component main = Main();
