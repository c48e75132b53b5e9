// A bus with a parameter that is the length of a field.
pragma circom 2.2.0;
bus Vector(n) { signal items[n]; signal sum; }
template Sum(n) {
    signal input in[n];
    output Vector(n) v;
    var sum = 0;
    for (var i = 0; i < n; i++) { v.items[i] <== in[i]; sum += in[i]; }
    v.sum <== sum;
}
template Main() {
    signal input a[3];
    signal output b;
    component s = Sum(3);
    s.in <== a;
    b <== s.v.sum * s.v.items[1];
}
component main = Main();