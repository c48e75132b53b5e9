// Anonymous components as inputs of others.
pragma circom 2.1.0;
template Square() { signal input a; signal output b; b <== a * a; }
template Sum(n) { signal input a[n]; signal output b; var s = 0; for (var i = 0; i < n; i++) { s += a[i]; } b <== s; }
template Main() {
    signal input x;
    signal output z;
    signal squares[2];
    squares[0] <== Square()(Square()(x));
    squares[1] <== Square()(x + 1);
    z <== Sum(2)(squares);
}
component main = Main();