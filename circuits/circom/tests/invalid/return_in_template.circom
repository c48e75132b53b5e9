// A return in a template.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a;
    return 1; // error: [E0008]
}
component main = Main();
