// Rows of signals are assigned and constrained as wholes.
pragma circom 2.2.0;
template Main() {
    signal input a[3][2];
    signal output o[2][2];
    signal t[3][2];
    t[0] <== a[2];
    t[1] <-- a[1];
    t[1] === a[1];
    a[0] ==> t[2];
    o[0] <== t[0];
    o[1] <== [t[1][0] * t[2][1], t[2][0] + 1];
    [a[0][0], a[0][1]] === t[2];
}
component main = Main();
