// An input is declared with a value.
pragma circom 2.2.0;
template Main() {
    signal input a <== 3; // error: [E0011]
    signal output b;
    b <== a;
}
component main = Main();
