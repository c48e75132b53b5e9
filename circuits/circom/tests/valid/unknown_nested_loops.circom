// inputs: below 20
// Loops within loops, known and unknown.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal input b;
    signal output o;
    var t = 0;
    for (var i = 0; i < 3; i++) {
        var j = 0;
        while (j < a) {
            for (var k = 0; k < 2; k++) { if (k + j > b) { t += 1; } else { t += 2; } }
            j++;
        }
    }
    o <-- t;
}
component main = Main();