// A tag of a bus has the name of a field.
pragma circom 2.2.0;
bus P() { signal x; }
template Main() {
    signal input a;
    output P() {x} p; // error: [E0005]
    p.x <== a;
}
component main = Main();
