// Variables have no tags.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 3;
    b <== a * x.m; // error: [E0008]
}
component main = Main();
