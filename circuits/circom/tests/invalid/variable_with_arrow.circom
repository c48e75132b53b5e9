// A variable is declared with an arrow.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x <== a; // error: [E0008]
    b <== x;
}
component main = Main();
