// Variables in lists, with and without values, arrays among them.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o;
    var x, y = 3, z[2] = [4, 5];
    signal s, t[2];
    var (p, q, r) = (x + 1, y, z[1]);
    (x, z[0], q) = (p + 1, q * 2, z[0] + r);
    s <== a * x;
    t <== [s + z[0], s * q];
    o <== t[0] * t[1];
}
component main = Main();
