// A function returns under conditions that only the witness tells.
pragma circom 2.0.0;
function sign(x) {
    if (x == 0) { return 0; }
    if (x > 0) { return 1; } else { return -1; }
}
function first_above(values, n, limit) {
    for (var i = 0; i < n; i++) {
        if (values[i] > limit) { return i; }
    }
    return n;
}
template Main() {
    signal input a[4];
    signal output b;
    signal output c;
    b <-- sign(a[0] - a[1]);
    c <-- first_above(a, 4, a[2]) + 10 * sign(a[3]);
}
component main = Main();