// `parallel` stands before components.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== parallel a; // error: [E0008]
}
component main = Main();
