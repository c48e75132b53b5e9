// A template has two parameters of one name.
pragma circom 2.2.0;
template Main(n, n) { // error: [E0005]
    signal input a;
    signal output b;
    b <== a * n;
}
component main = Main(1, 2);
