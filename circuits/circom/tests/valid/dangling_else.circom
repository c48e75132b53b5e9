// An `else` belongs to the nearest `if`.
pragma circom 2.0.0;
template Main(n) {
    signal input a;
    signal output o;
    var x = 1;
    if (n > 2) if (n > 5) x = 2; else x = 3;
    o <== a * x;
}
component main = Main(4);