// Hexadecimal numbers begin with a small x.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    c <== a * 0XFF; // error: [E0002]
}
component main = Main();
