// A comparison with one sign.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output b;
    if (n = 1) { b <== a; } // error: [E0002]
}
component main = Main(1);
