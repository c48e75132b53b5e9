// An assertion of known values fails under an unknown condition.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output b;
    b <== a;
    if (a == 1) { assert(n == 4); } // error: [E0014]
}
component main = Main(3);
