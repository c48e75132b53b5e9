// a component is made of a bus.
pragma circom 2.2.0;
bus P() { signal x; }
template Main() {
    signal input a;
    signal output b;
    component p = P(); // error: [E0008]
    b <== a;
}
component main = Main();
