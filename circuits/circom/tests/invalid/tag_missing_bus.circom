// A bus needs a tag.
pragma circom 2.2.0;
bus P() { signal x; }
template Need() { input P() {ok} a; signal output b; b <== a.x; }
template Main() {
    input P() p;
    signal output b;
    b <== Need()(p); // error: [E0016]
}
component main = Main();
