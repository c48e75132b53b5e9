// A ternary within another needs parentheses.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output c;
    c <== n == 1 ? a : n == 2 ? 2 * a : 3 * a; // error: [E0002]
}
component main = Main(2);
