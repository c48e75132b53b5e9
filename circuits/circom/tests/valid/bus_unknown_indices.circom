// inputs: below 3
// Fields of an array of buses at unknown indices in hints.
pragma circom 2.2.0;
bus P() { signal x; signal y[2]; }
template Main() {
    signal input i;
    input P() a[3];
    output P() b;
    b.x <-- a[i].x;
    b.y[0] <-- a[(i + 1) % 3].y[i % 2];
    b.y[1] <-- a[2].y[i % 2];
}
component main = Main();
