// An underscore in an expression.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a + _; // error: [E0008]
}
component main = Main();
