// A string is no value.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a + "x"; // error: [E0002]
}
component main = Main();
