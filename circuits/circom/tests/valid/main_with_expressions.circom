// Arguments of the main component: calls, expressions and arrays.
pragma circom 2.2.0;
function f(x) { return x * 2; }
template Main(n, t, k) {
    signal input a;
    signal output o;
    o <== a * (n + t[1]) + k[0][1];
}
component main = Main(f(3) + 2 ** 4, [f(1), 7 \ 2], [[1, 2], [3, 4]]);
