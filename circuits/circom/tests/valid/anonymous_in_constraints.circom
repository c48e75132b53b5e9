// Anonymous components in conditions that are known, and on either side of the arrow.
pragma circom 2.2.0;
template Square() { signal input a; signal output b; b <== a * a; }
template Main(n) {
    signal input a;
    signal output o;
    signal t;
    if (n > 1) { t <== Square()(a); } else { t <== Square()(a + 1); }
    Square()(t + 1) ==> o;
}
component main = Main(2);
