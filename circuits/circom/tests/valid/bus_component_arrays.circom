// Arrays of components with arrays of buses as inputs.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Sum(n) {
    input Point() p[n];
    output Point() s;
    var x = 0;
    var y = 0;
    for (var i = 0; i < n; i++) { x += p[i].x; y += p[i].y; }
    s.x <== x;
    s.y <== y;
}
template Main() {
    input Point() p[2][3];
    signal output out;
    component sums[2];
    for (var i = 0; i < 2; i++) {
        sums[i] = Sum(3);
        for (var j = 0; j < 3; j++) { sums[i].p[j] <== p[i][j]; }
    }
    out <== sums[0].s.x * sums[1].s.y;
}
component main = Main();
