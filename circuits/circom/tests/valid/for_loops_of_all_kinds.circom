// Loops with a variable from outside, a step that multiplies, and bounds that change.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    var i;
    var s = 0;
    for (i = 0; i < 3; i++) { s += i; }
    for (var j = 1; j < 100; j = j * 3) { s += j; }
    var n = 10;
    for (var k = 0; k < n; k += 2) { n--; s += n; }
    for (i = 5; i > 0; i--) s += i;
    c <== a * s + i;
}
component main = Main();
