// One bus with different parameters in one template.
pragma circom 2.2.0;
bus V(n) { signal v[n]; }
template Main() {
    input V(1) a;
    input V(2) b;
    output V(3) c;
    c.v[0] <== a.v[0] * b.v[0];
    c.v[1] <== a.v[0] * b.v[1];
    c.v[2] <== b.v[0] * b.v[1];
}
component main = Main();
