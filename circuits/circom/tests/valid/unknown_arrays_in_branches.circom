// inputs: below 4
// Arrays declared under unknown conditions, with lengths from parameters.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output o;
    var y = 0;
    if (a == 1) {
        var x[n][2];
        x[n - 1][a] = 5;
        for (var i = 0; i < n; i++) { y += x[i][1] + i; }
    } else {
        var x = a;
        y = x * 2;
    }
    o <-- y;
}
component main = Main(3);
