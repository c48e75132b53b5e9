// Ternaries of arrays of variables and signals, with known conditions.
pragma circom 2.2.0;
template Main(n) {
    signal input a[2];
    signal output b;
    signal output c[2];
    var u[2] = [10, 20];
    var t[2] = n == 1 ? [1, 2] : u;
    b <== a[0] * (t[0] + 10 * t[1]);
    c <== n == 2 ? a : [a[1], a[0]];
}
component main = Main(2);
