// `parallel` before templates, components of arrays and anonymous components.
pragma circom 2.2.0;
template parallel Square() { signal input a; signal output b; b <== a * a; }
template Cube() { signal input a; signal output b; signal t <== a * a; b <== t * a; }
template Main(n) {
    signal input a[n];
    signal output o[n];
    component c[n];
    for (var i = 0; i < n; i++) {
        c[i] = parallel Cube();
        c[i].a <== a[i];
        o[i] <== parallel Square()(c[i].b);
    }
}
component main = Main(3);
