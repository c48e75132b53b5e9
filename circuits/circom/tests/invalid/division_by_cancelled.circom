// A divisor whose signals cancel is refused.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a / (a - a + 2); // error: [E0010]
}
component main = Main();
