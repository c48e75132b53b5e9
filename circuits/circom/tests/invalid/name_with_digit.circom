// A name that begins with a digit.
pragma circom 2.2.0;
template Main() {
    signal input 1a; // error: [E0002]
    signal output b;
    b <== 1;
}
component main = Main();
