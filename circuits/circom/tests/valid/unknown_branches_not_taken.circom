// inputs: below 8
// `&&` and `||` of unknown values do not call their right side in vain, and ternaries do not divide in vain.
pragma circom 2.2.0;
function f(x) { assert(x == 1); return 5; }
template Main() {
    signal input a;
    signal output o[3];
    o[0] <-- 1 + (a == 1 ? 4 : 7 \ (a - 1));
    o[1] <-- (a == 1) && (f(a) == 5);
    o[2] <-- (a != 1) || (f(a) == 4);
}
component main = Main();
