// A call's array is longer than the variable that takes it, and shorter.
pragma circom 2.2.0;
function table(n) { var r[4]; for (var i = 0; i < n; i++) { r[i] = (i + 1) * n; } return r; }
function first(a) { return a[0] + a[3]; }
template Main() {
    signal input a;
    signal output o;
    var long[6] = table(4);
    var short[2] = table(3);
    long[5] += first(table(2));
    o <== a * (long[3] + 10 * long[5] + 100 * short[1]);
}
component main = Main();
