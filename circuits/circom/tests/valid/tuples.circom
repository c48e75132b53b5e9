pragma circom 2.1.0;

template Swap() {
    signal input a;
    signal input b;
    signal output c;
    signal output d;
    signal x;
    signal y;
    (c, d) <== (b * b, a);
    (x, y) <-- (a + b, a - b);
    var s;
    var t;
    (s, t) = (3, 4);
    s * a + t * b === 3 * a + 4 * b;
}

component main = Swap();
