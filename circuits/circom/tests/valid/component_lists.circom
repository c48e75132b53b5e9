// Several components in one declaration, some of them made at once.
pragma circom 2.2.0;
template T(n) { signal input p; signal output q; q <== p * n; }
template Main() {
    signal input a;
    signal output o;
    component c = T(1), d, e[2];
    d = T(2);
    e[0] = T(3);
    e[1] = T(4);
    c.p <== a;
    d.p <== c.q;
    e[0].p <== d.q;
    e[1].p <== e[0].q;
    o <== e[1].q;
}
component main = Main();
