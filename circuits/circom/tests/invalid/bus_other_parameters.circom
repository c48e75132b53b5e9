// A bus is assigned to one with another parameter.
pragma circom 2.2.0;
bus V(n) { signal v[n]; }
template Main() {
    input V(2) p;
    output V(3) q;
    q <== p; // error: [E0008]
}
component main = Main();
