// Elements of an inline array have different numbers of axes.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var t[2] = [1, [2]]; // error: [E0007]
    b <== a * t[0];
}
component main = Main();
