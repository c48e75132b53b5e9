// Numbers have no decimals.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a * 1.5; // error: [E0002]
}
component main = Main();
