// inner variables hide the parameters and variables of outer blocks
pragma circom 2.2.0;
function f(x) { var y = x; { var x = 5; y += x; } return y * x; }
template Main(n) {
    signal input a;
    signal output o;
    var s = n;
    { var n = 100; s += n; for (var n = 0; n < 2; n++) { s += n; } }
    if (n == 2) { var s = 7; s += 1; }
    o <== a * s + f(n);
}
component main = Main(2);
