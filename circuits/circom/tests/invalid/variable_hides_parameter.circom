// A variable has the name of a parameter.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output c;
    var n = 3; // error: [E0005]
    c <== a * n;
}
component main = Main(2);
