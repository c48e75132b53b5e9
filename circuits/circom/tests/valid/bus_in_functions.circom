// Fields of buses are given to functions, and a whole array of them to a variable.
pragma circom 2.2.0;
function total(a, n) { var s = 0; for (var i = 0; i < n; i++) { s += a[i]; } return s; }
bus Vector(n) { signal v[n]; }
template Main() {
    input Vector(3) in;
    signal output out;
    var copy[3] = in.v;
    out <== total(in.v, 3) * total(copy, 2);
}
component main = Main();
