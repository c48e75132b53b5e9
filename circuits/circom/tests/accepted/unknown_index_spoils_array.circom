// differs: elements of other rows than the one written stay known
// A write at an unknown index makes the whole array unknown.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t[2][2] = [[7, 8], [9, 10]];
    t[0][a] = 1;
    b <== a * t[1][1];
}
component main = Main();
