// Zero times a cubic expression is refused.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input b;
    signal output c;
    c <== 0 * a * b * a; // error: [E0010]
}
component main = Main();
