// `parallel` before components and templates changes nothing.
pragma circom 2.1.0;
template parallel Square() { signal input a; signal output b; b <== a * a; }
template Main() {
    signal input x;
    signal output z;
    component c[2];
    for (var i = 0; i < 2; i++) { c[i] = parallel Square(); c[i].a <== x + i; }
    signal d <== parallel Square()(c[0].b);
    z <== d + c[1].b;
}
component main = Main();