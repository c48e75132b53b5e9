// inputs: below 4
// Ternaries with unknown conditions within other expressions and as arguments.
pragma circom 2.2.0;
function f(x, y) { return x * 10 + y; }
template Main() {
    signal input a;
    signal output o[4];
    o[0] <-- (a == 1 ? 2 : 3) + 1;
    o[1] <-- f(a == 1 ? 2 : 3, a > 2 ? (a == 3 ? 7 : 8) : 9);
    o[2] <-- 5 * (a < 2 ? a : -a) - (a != 0 ? 1 / a : 0) * a;
    var t[2] = [4, 5];
    o[3] <-- t[a > 1 ? 1 : 0];
}
component main = Main();
