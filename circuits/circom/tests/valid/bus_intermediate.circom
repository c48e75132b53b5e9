// Buses that are neither inputs nor outputs, alone and in arrays, declared in loops of assignments.
pragma circom 2.2.0;
bus Pair(n) { signal a[n]; signal b; }
template Main(n) {
    signal input in[n];
    signal output out;
    Pair(n) pairs[3];
    Pair(n) last;
    for (var k = 0; k < 3; k++) {
        pairs[k].a <== in;
        pairs[k].b <== in[k % n] * in[(k + 1) % n];
    }
    last <== pairs[2];
    out <== last.b + pairs[0].b * pairs[1].a[1];
}
component main = Main(2);
