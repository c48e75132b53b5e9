// A division by a known zero.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output b;
    b <== a + 5 / n; // error: [E0014]
}
component main = Main(0);
