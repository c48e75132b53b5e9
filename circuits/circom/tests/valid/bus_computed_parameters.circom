// Parameters of buses are expressions, functions and other parameters.
pragma circom 2.2.0;
function twice(n) { return 2 * n; }
bus Vector(n) { signal v[n]; }
bus Matrix(n, m) { Vector(m) rows[n]; Vector(twice(n)) spare; }
template Main(n) {
    input Matrix(n, n + 1) in;
    output Vector(twice(n + 1) - 2) out;
    out.v[0] <== in.rows[0].v[n] * in.rows[n - 1].v[0];
    for (var i = 1; i < 2 * n; i++) { out.v[i] <== in.spare.v[i]; }
}
component main = Main(2);
