// inputs: below 5
// Both branches of an unknown condition give a variable values; it is used in hints alone.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o;
    var n;
    if (a > 2) { n = 3; } else { n = 3; }
    var m = 2;
    if (a == 1) { } else { m += n; }
    o <-- n + m;
}
component main = Main();
