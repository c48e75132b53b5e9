// A component is declared in a loop.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b[2];
    for (var i = 0; i < 2; i++) {
        component t = T(); // error: [E0005]
        t.a <== a;
        b[i] <== t.b;
    }
}
component main = Main();
