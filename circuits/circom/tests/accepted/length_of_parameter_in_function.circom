// differs: each call is elaborated with its arguments, so that lengths are known. The length of an array in a function depends on the function's parameter.
pragma circom 2.2.0;
function f(n) {
    var t[n];
    return t[0];
}
template Main() { signal input a; signal output b; b <== a + f(3); }
component main = Main();
