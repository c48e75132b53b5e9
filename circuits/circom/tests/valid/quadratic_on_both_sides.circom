// A product on the left, a line on the right, and powers.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o;
    signal s <== a ** 2;
    o <== s ** 2 + a;
    s === a * a;
    (s - a) * (s + a) + a === o - s;
}
component main = Main();
