// Whole buses are assigned and compared.
pragma circom 2.2.0;
bus Point() { signal x; signal y; }
template Main() {
    input Point() p;
    output Point() q;
    Point() r;
    r <== p;
    q <== r;
    q === p;
}
component main = Main();