// A field of a component's bus needs a tag.
pragma circom 2.2.0;
bus P() { signal {k} x; signal y; }
template Q() { input P() in; signal output o; o <== in.x; }
template Main() {
    signal input a;
    signal output b;
    component q = Q();
    q.in.x <== a; // error: [E0016]
    q.in.y <== a;
    b <== q.o;
}
component main = Main();
