// Logs in loops and under unknown conditions, of elements, calls and strings with odd characters.
pragma circom 2.2.0;
function f(x) { return x * x; }
template Main(n) {
    signal input a[2];
    signal output o;
    for (var i = 0; i < n; i++) { log("round", i, a[i]); }
    if (a[0] > 5) { log("more", f(a[0])); } else { log(a[0] == 5); }
    log("tab, quote and percent: %d 'x'", a[1] \ 3, n ** 2);
    o <== a[0] * a[1];
    log(o, "and", -o);
}
component main = Main(2);
