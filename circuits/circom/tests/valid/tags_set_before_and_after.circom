// A tag's value is set before the signal is assigned, in a loop and under known conditions.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal output {size} o;
    var s = 0;
    for (var i = 0; i < n; i++) { s += i; }
    if (n == 4) { o.size = s; } else { o.size = 1; }
    o <== a * o.size;
}
component main = Main(4);
