// Two signs of negation in sequence need parentheses.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output c;
    c <== a * (- -3); // error: [E0002]
}
component main = Main();
