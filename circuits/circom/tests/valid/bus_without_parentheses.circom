// A bus without parameters is declared without parentheses.
pragma circom 2.2.0;
bus P { signal x; }
template Main() {
    input P p;
    signal output b;
    P q;
    q <== p;
    b <== q.x;
}
component main = Main();
