// An array of two axes is assigned to one of one axis.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t[2];
    t = [[1, 2], [3, 4]]; // error: [E0007]
    b <== a * t[0];
}
component main = Main();
