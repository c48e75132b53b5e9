// Components are declared as a tuple, with their templates.
pragma circom 2.2.0;
template T(n) { signal input p; signal output q; q <== p * n; }
template Main() {
    signal input a;
    signal output o;
    component (c, d) = (T(2), T(3));
    c.p <== a;
    d.p <== c.q;
    o <== d.q;
}
component main = Main();
