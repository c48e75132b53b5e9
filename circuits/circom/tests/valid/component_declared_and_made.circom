// Components are declared with their templates, or made later under known conditions.
pragma circom 2.2.0;
template Times(n) { signal input a; signal output b; b <== a * n; }
template Main(n) {
    signal input x;
    signal output o;
    component c, d = Times(4), e[2];
    if (n > 3) { c = Times(2); } else { c = Times(3); }
    for (var i = 0; i < 2; i++) { if (i == n) { e[i] = Times(10); } else { e[i] = Times(20 + i); } }
    c.a <== x;
    d.a <== c.b;
    e[1].a <== d.b;
    e[0].a <== c.b;
    o <== e[0].b * e[1].b;
}
component main = Main(1);
