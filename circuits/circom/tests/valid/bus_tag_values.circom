// Tags with values on a bus and on its fields.
pragma circom 2.2.0;
bus Num() { signal {maxbit} low; signal high; }
template Need() {
    input Num() {limbs} in;
    signal output out;
    out <== in.low * in.limbs + in.high * in.low.maxbit;
}
template Main() {
    signal input x;
    signal output y;
    Num() {limbs} n;
    n.limbs = 2;
    n.low.maxbit = 64;
    n.low <== x;
    n.high <== x + 1;
    component need = Need();
    need.in <== n;
    y <== need.out;
}
component main = Main();
