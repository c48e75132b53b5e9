// Tuples in tuples.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o;
    var x;
    var y;
    var z;
    ((x, y), z) = ((1, 2), 3);
    o <== a * (x + 10 * y + 100 * z);
}
component main = Main();
