// A bus gets no argument where it needs one.
pragma circom 2.2.0;
bus V(n) { signal v[n]; }
template Main() {
    input V() a; // error: [E0007]
    signal output b;
    b <== 1;
}
component main = Main();
