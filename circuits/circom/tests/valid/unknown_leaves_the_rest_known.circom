// inputs: below 4
// An unknown condition makes only what it assigns unknown; the rest may stand in constraints.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o[3];
    var t[2] = [7, 8];
    var i = 0;
    var k = 5;
    var x = a;
    if (a == 1) { t[0] = 1; }
    while (i < a) { i++; }
    x = 3;
    o[0] <== a * t[1] + k;
    o[1] <-- t[0] + i;
    if (x == 3) { o[2] <== a * a; }
}
component main = Main();
