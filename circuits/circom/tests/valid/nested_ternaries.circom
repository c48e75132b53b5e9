// Ternaries in ternaries, known and unknown.
pragma circom 2.0.0;
template Main(n) {
    signal input a;
    signal output o;
    signal output p;
    o <== n == 1 ? a : (n == 2 ? a * a : a + 1);
    p <-- a == 1 ? 10 : (a == 2 ? 20 : (n > 1 ? 30 : 40));
}
component main = Main(2);