// Parallel components whose inputs and outputs are buses.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template parallel Swap() { input P() a; output P() b; b.x <== a.y; b.y <== a.x; }
template Main() {
    input P() a[2];
    output P() b[2];
    component t[2];
    for (var i = 0; i < 2; i++) { t[i] = parallel Swap(); t[i].a <== a[i]; b[i] <== t[i].b; }
}
component main = Main();
