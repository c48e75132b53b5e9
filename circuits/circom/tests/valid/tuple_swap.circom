// Tuples assign one by one, from left to right.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o;
    var x = 1;
    var y = 10;
    (x, y) = (y, x);
    o <== a * (x * 100 + y);
}
component main = Main();
