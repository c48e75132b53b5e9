// inputs: below 30
// Returns from within two loops under unknown conditions.
pragma circom 2.2.0;
function pair(n) {
    for (var i = 1; i < 6; i++) {
        for (var j = i; j < 6; j++) {
            if (i * j == n) { return 10 * i + j; }
        }
        if (i > n) { return 1000 + i; }
    }
    var k = 0;
    while (k * k < n) { if (k == 4) { return 444; } k++; }
    return k;
}
template Main() { signal input a; signal output o; o <-- pair(a); }
component main = Main();
