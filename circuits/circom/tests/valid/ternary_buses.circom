// A ternary of buses with a known condition.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main(n) {
    input P() a;
    input P() c;
    output P() b;
    b <== n == 2 ? a : c;
}
component main = Main(3);
