// An inline array of buses.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main() {
    input P() a;
    input P() b;
    output P() out[2];
    out <== [b, a];
}
component main = Main();
