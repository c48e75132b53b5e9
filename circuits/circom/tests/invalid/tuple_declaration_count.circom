// A declaration of more variables than values.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    var (x, y) = (1, 2, 3); // error: [E0007]
    b <== a * x;
}
component main = Main();
