// `||` looks at both sides.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output o;
    if (n == 0 || 1 / n == 1) { // error: [E0014]
        o <== a;
    } else { o <== 2 * a; }
}
component main = Main(0);
