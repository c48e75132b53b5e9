pragma circom 2.1.0;

template Square() {
    signal input in;
    signal output out;
    out <== in * in;
}
template Main() {
    signal input a;
    signal output out;
    component first = Square();
    component second = Square();
    first.in <== a;
    second.in <== first.out + 1;
    out <== second.out;
}

component main = Main();
