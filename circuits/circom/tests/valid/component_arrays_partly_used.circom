// Only some elements of an array of components exist.
pragma circom 2.2.0;
template Square() { signal input a; signal output b; b <== a * a; }
template Main(n) {
    signal input x;
    signal output o;
    component c[n];
    for (var i = 1; i < n; i += 2) { c[i] = Square(); c[i].a <== x + i; }
    o <== c[1].b + c[3].b;
}
component main = Main(5);
