// A tuple is given to one signal.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== (a, a); // error: [E0007]
}
component main = Main();
