// A component is made under an unknown condition.
pragma circom 2.2.0;
template T(n) { signal output o; o <-- n; }
template Main() {
    signal input a;
    signal output b;
    component t;
    if (a == 1) { t = T(1); } else { t = T(2); } // error: [E0013]
    b <== t.o;
}
component main = Main();
