// inputs: below 5
// A loop left to the witness reads signals, arrays of them and outputs of components.
pragma circom 2.0.0;
template Double() { signal input a; signal output b; b <== 2 * a; }
template Main() {
    signal input n;
    signal input v[6];
    signal output s;
    component d[2];
    for (var i = 0; i < 2; i++) { d[i] = Double(); d[i].a <== v[i]; }
    var sum = 0;
    var i = 0;
    while (i < n) { sum += v[i] * d[i % 2].b; i++; }
    s <-- sum;
}
component main = Main();