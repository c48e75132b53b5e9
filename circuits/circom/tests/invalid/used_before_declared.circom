// A variable is used before its declaration.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    x = 3; // error: [E0006]
    var x;
    b <== a * x;
}
component main = Main();
