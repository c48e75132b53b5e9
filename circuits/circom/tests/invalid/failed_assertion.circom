pragma circom 2.1.0;
template Main(n) {
    assert(n < 254); // error: [E0014]
    signal input a;
    signal output b;
    b <== a * n;
}
component main = Main(254);
