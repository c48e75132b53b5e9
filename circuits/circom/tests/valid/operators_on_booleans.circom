// Logical values in arithmetic: known ones in constraints, others in hints.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output o[3];
    o[0] <== a * (n > 3) + (n == 5) * 7 - !n;
    o[1] <-- (a > 3) * 10 + (a == 2) - !a;
    o[2] <-- (a > 1) && (a < 9) || n < 2 ? (a != 4) : ~(a & 1);
}
component main = Main(5);
