// Ternaries with known conditions choose between signals, calls and outputs of components.
pragma circom 2.2.0;
function f(x) { return x + 7; }
template Square() { signal input a; signal output b; b <== a * a; }
template Main(n) {
    signal input a;
    signal output o;
    component s = Square();
    s.a <== n > 2 ? a : f(a);
    signal t <== n % 2 == 1 ? s.b : s.a;
    o <== (n == 3 ? f(t) : a) * (n == 4 ? 2 : 3);
}
component main = Main(3);
