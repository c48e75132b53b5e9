// `++` is a statement, not an expression.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var x = 1;
    b <== a * x++; // error: [E0002]
}
component main = Main();
