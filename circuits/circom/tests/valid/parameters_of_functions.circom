// Functions change copies of their arguments.
pragma circom 2.0.0;
function change(a, n) { for (var i = 0; i < n; i++) { a[i] = a[i] + 1; } return a; }
template Main() {
    signal input x;
    signal output o;
    var a[3] = [1, 2, 3];
    var b[3] = change(a, 3);
    o <== x * (a[0] + 10 * b[0] + 100 * b[2]);
}
component main = Main();